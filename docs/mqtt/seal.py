#!/usr/bin/env python3
"""Puts the args of a `keys` order together: seal.py IDENTITY.json < keys.json > args.json. Needs python3-cryptography.

IDENTITY.json is what the box publishes on dc/v1/{id}/identity; check its boxKey.kid once, when the box is put up, against `concentrator status`. keys.json is a list of
{"meter", "purpose": guek|gbek|gak|hls, "key": hex, "wrapped": hex}: "wrapped" is the key as the key server wrapped it for the meter (RFC 3394, the key-encrypting key never leaves the server).
Where a list brings "kek" instead (hex; on the key server itself, or in a laboratory), it is wrapped here. The args go into an order, which is then signed: sign.py."""
import base64, json, os, sys
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def number(text):
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def sized(octets):
    return len(octets).to_bytes(4, "big") + octets


def seal(box, box_id, what, key):
    """JWE in compact form: ECDH-ES on P-256, A256GCM (RFC 7516, RFC 7518 4.6); apu says which key it is, apv whom it is for."""
    public = ec.EllipticCurvePublicNumbers(number(box["x"]), number(box["y"]), ec.SECP256R1()).public_key()
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_numbers()
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": box["kid"], "epk": {"kty": "EC", "crv": "P-256", "x": b64(point.x.to_bytes(32, "big")), "y": b64(point.y.to_bytes(32, "big"))},
              "apu": b64(what.encode()), "apv": b64(box_id.encode())}
    head = b64(json.dumps(header, separators=(",", ":")).encode())
    info = sized(b"A256GCM") + sized(what.encode()) + sized(box_id.encode()) + (256).to_bytes(4, "big")
    derived = ConcatKDFHash(SHA256(), 32, info).derive(own.exchange(ec.ECDH(), public))
    nonce = os.urandom(12)
    content = AESGCM(derived).encrypt(nonce, key, head.encode())
    return f"{head}..{b64(nonce)}.{b64(content[:-16])}.{b64(content[-16:])}"


identity = json.load(open(sys.argv[1]))
keys = []
for entry in json.load(sys.stdin):
    key = bytes.fromhex(entry["key"])
    wrapped = bytes.fromhex(entry["wrapped"]) if "wrapped" in entry else aes_key_wrap(bytes.fromhex(entry["kek"]), key)
    keys.append({"meter": entry["meter"], "purpose": entry["purpose"], "wrapped": wrapped.hex().upper(),
                 "sealed": seal(identity["boxKey"], identity["id"], f'{entry["meter"]}/{entry["purpose"]}', key)})
json.dump({"keys": keys}, sys.stdout, indent=1)
print()
