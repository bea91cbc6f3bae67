#!/usr/bin/env python3
"""Signs an order or an ownership list: sign.py KEY.pem KEYID < body.json > signed.json. Needs openssl. What a head-end does before it publishes it on dc/v1/{id}/cmd/{verb}, or retained on dc/v1/{id}/owner."""
import base64, json, subprocess, sys, tempfile


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def raw(der):
    """The two 32-octet numbers of an ECDSA signature in DER, one behind the other."""
    numbers, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        numbers += der[at + 2:at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return numbers


key, key_id = sys.argv[1:3]
body = json.load(sys.stdin)
body.pop("signature", None)
body["keyId"] = key_id
# RFC 8785 for what such a body holds: ASCII names, text, whole numbers
canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
header = b64(json.dumps({"alg": "ES256", "kid": key_id}, separators=(",", ":")).encode())
with tempfile.NamedTemporaryFile() as signed:
    signed.write(f"{header}.{b64(canonical)}".encode())
    signed.flush()
    der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key, signed.name], check=True, capture_output=True).stdout
body["signature"] = f"{header}..{b64(raw(der))}"
print(json.dumps(body, indent=1, ensure_ascii=False))
