"""The texts of an exported schedule, with places for what differs: cron, systemd, Kubernetes."""

from __future__ import annotations

from string import Template

CRON = Template("""\
# mcreports: install with  (crontab -l; mcreports schedule export cron) | crontab -
# Times are UTC where cron knows CRON_TZ (cronie), else this machine's; any time will do, what is due is found on disk.
# A run that cannot reach its source ends with $again and is tried again; cron mails what is printed.
CRON_TZ=UTC
$lines
""")

SYSTEMD = Template("""\
# /etc/systemd/system/$name.service
[Unit]
Description=$name
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=6h
StartLimitBurst=12

[Service]
Type=exec
User=mcreports
WorkingDirectory=$directory
Environment=HOME=/tmp
ExecStart=$command
# $again: the source cannot be reached, try again
RestartForceExitStatus=$again
RestartSec=5min
NoNewPrivileges=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ReadWritePaths=$writable

# /etc/systemd/system/$name.timer, then: systemctl enable --now $name.timer
[Unit]
Description=When $name.service fires

[Timer]
$calendar
Persistent=true

[Install]
WantedBy=timers.target
""")

VOLUMES = Template("""\
# mcreports on Kubernetes: mcreports schedule export kubernetes | kubectl apply -f -
# - image: replace $image by the one you build; its entry point is mcreports
# - settings: kubectl create configmap mcreports --from-file=$settings
#   A file that they name lies beside them: add --from-file=policies.yaml for egress.policies = ["policies.yaml"].
# - keys: kubectl create secret generic mcreports-keys --from-file=key.pem --from-file=key.pem.pub
#   and evidence.key_file = "/etc/mcreports-keys/key.pem"; a token_file may lie there, too. Without, nothing is signed.
# - evidence: the claim mcreports-evidence is read only here; mount it where the platform writes its evidence, and ask
#   for ReadWriteMany if that is on other nodes. Leave the claim out if there is one already.
# - failover: where egress.primary.cut and restore are kubectl, mcreports-egress needs an image with kubectl, a
#   serviceAccountName that may scale the gateways, and automountServiceAccountToken: true; no other job does.
# - to trigger by hand: kubectl create job --from=cronjob/mcreports-due mcreports-now
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: mcreports-output
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 10Gi
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: mcreports-evidence
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
""")

CRONJOB = Template("""\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: $name
spec:
  schedule: $schedule
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  jobTemplate:
    spec:
      backoffLimit: 6
      podFailurePolicy:
        rules:
          - action: Ignore
            onPodConditions:
              - type: DisruptionTarget
          # $again: the source cannot be reached, try again; every other code stands
          - action: FailJob
            onExitCodes:
              containerName: mcreports
              operator: NotIn
              values: [$again]
      template:
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          securityContext:
            runAsNonRoot: true
            runAsUser: 10001
            fsGroup: 10001
            seccompProfile:
              type: RuntimeDefault
          containers:
            - name: mcreports
              image: $image
              args: $arguments
              workingDir: /etc/mcreports
              env:
                - name: MCREPORTS__REPORT__OUTPUT
                  value: /var/lib/mcreports/output
                - name: MCREPORTS__ARCHIVE__URL
                  value: /var/lib/mcreports/archive
                - name: MCREPORTS__EVIDENCE__OUT
                  value: /var/lib/mcreports/evidence/out
                - name: MCREPORTS__EVIDENCE__BUNDLES
                  value: /var/lib/mcreports/evidence/dist
                - name: MCREPORTS__EVIDENCE__ARCHIVES
                  value: /var/lib/mcreports/evidence/archives
                - name: MCREPORTS__REPORT__EVIDENCE
                  value: /var/lib/mcreports/evidence-in
                - name: HOME
                  value: /tmp
              resources:
                requests:
                  cpu: 250m
                  memory: 512Mi
                limits:
                  memory: 1Gi
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities:
                  drop: [ALL]
              volumeMounts:
                - name: output
                  mountPath: /var/lib/mcreports/output
                  subPath: output
                - name: output
                  mountPath: /var/lib/mcreports/archive
                  subPath: archive
                - name: output
                  mountPath: /var/lib/mcreports/evidence
                  subPath: evidence
                - name: evidence
                  mountPath: /var/lib/mcreports/evidence-in
                  readOnly: true
                - name: settings
                  mountPath: /etc/mcreports
                  readOnly: true
                - name: keys
                  mountPath: /etc/mcreports-keys
                  readOnly: true
                - name: scratch
                  mountPath: /tmp
          volumes:
            - name: output
              persistentVolumeClaim:
                claimName: mcreports-output
            - name: evidence
              persistentVolumeClaim:
                claimName: mcreports-evidence
            # the pod's group may read them, nobody else
            - name: keys
              secret:
                secretName: mcreports-keys
                defaultMode: 0440
                optional: true
            - name: settings
              configMap:
                name: mcreports
            - name: scratch
              emptyDir: {}
""")
