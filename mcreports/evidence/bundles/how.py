"""How anybody verifies a bundle with openssl, unzip and sed, and without this package."""

from __future__ import annotations

HOW = r"""# BUNDLE is the zip, KEY the public key in PEM that you were given by another way; both as absolute paths
unzip -q "$BUNDLE" -d bundle && cd bundle

# 1. what was signed, and its signature
sed -n 's/^ "payload": "\(.*\)",$/\1/p' statement.dsse.json | openssl base64 -d -A > ../payload.json
sed -n 's/^   "sig": "\(.*\)".*$/\1/p' statement.dsse.json | openssl base64 -d -A > ../sig.bin

# 2. the signature: it must say "Signature Verified Successfully"
printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < ../payload.json)" | cat - ../payload.json > ../pae.bin
openssl pkeyutl -verify -pubin -inkey "$KEY" -rawin -in ../pae.bin -sigfile ../sig.bin

# 3. the files: each must be OK, and there must be as many as are listed
grep -o '{"digest": {"sha256": "[0-9a-f]*"}, "name": "[^"]*"}' ../payload.json |
  sed 's/.*"sha256": "\([0-9a-f]*\)".*"name": "\(.*\)"}/\1  \2/' > ../files.sha256
sha256sum --check --strict --quiet ../files.sha256
test "$(wc -l < ../files.sha256)" -eq "$(find . -type f ! -path ./statement.dsse.json | wc -l)"

# 4. the chain: "previous" in the next bundle's statement is this number
sha256sum ../payload.json
"""
