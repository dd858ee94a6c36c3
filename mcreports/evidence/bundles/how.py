"""How anybody verifies a bundle with openssl, unzip and sed, and without this package."""

from __future__ import annotations

HOW = r"""# BUNDLE is the zip, KEY the public key in PEM that you were given by another way; both as absolute paths.
# Each step says "holds" or "DOES NOT HOLD". Only a last line THE BUNDLE HOLDS, which leaves with 0, means that it
# does; openssl's word on the signature alone does not, and neither does silence.
bad=0; ok() { echo "holds: $1"; }; no() { echo "DOES NOT HOLD: $1"; bad=1; }

# 1. what was signed, and its signature
mkdir bundle && unzip -q -o "$BUNDLE" -d bundle && test -z "$(find bundle ! -type f ! -type d)" &&
  ok "every file unpacks where it should" || no "NOT EVERY FILE UNPACKS WHERE IT SHOULD"
sed -n 's/^ "payload": "\(.*\)",$/\1/p' bundle/statement.dsse.json | openssl base64 -d -A > payload.json &&
  sed -n 's/^   "sig": "\(.*\)".*$/\1/p' bundle/statement.dsse.json | openssl base64 -d -A > sig.bin &&
  test -s payload.json && test -s sig.bin && ok "there are a statement and a signature" || no "IT IS NOT SIGNED"

# 2. the signature
printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < payload.json)" | cat - payload.json > pae.bin
openssl pkeyutl -verify -pubin -inkey "$KEY" -rawin -in pae.bin -sigfile sig.bin &&
  ok "the key signed exactly this statement" || no "THE KEY DID NOT SIGN THIS STATEMENT"

# 3. the files
grep -o '{"digest": {"sha256": "[0-9a-f]*"}, "name": "[^"]*"}' payload.json |
  sed 's/.*"sha256": "\([0-9a-f]*\)".*"name": "\(.*\)"}/\1  \2/' > files.sha256 || no "NO FILE IS LISTED"
(cd bundle && sha256sum --check --strict --quiet ../files.sha256) &&
  ok "every listed file is there as it was signed" || no "FILES WERE EDITED OR DROPPED"
{ cut -c 67- files.sha256; echo statement.dsse.json; } | sort > listed.txt
unzip -Z1 "$BUNDLE" | sort | diff listed.txt - &&
  ok "no file is there that is not listed, and none twice" || no "FILES WERE ADDED (>) OR DROPPED (<)"

# 4. the chain: "previous" in the next bundle's statement is this number
sha256sum payload.json
test "$bad" -eq 0 && echo "THE BUNDLE HOLDS" || { echo "THE BUNDLE DOES NOT HOLD"; false; }
"""
