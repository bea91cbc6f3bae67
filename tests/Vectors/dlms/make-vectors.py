#!/usr/bin/env python3
"""Prints envelopes.jsonl: general-ciphering, general-signing, mechanism 7 and certificates of DLMS/COSEM suites 1 and 2.

    python3 tests/Vectors/dlms/make-vectors.py > tests/Vectors/dlms/envelopes.jsonl

Standard library and the `openssl` command line only; nothing is shared with the program under test. AES is openssl's, block by block; GCM (NIST SP 800-38D) is written out below and pinned to
its test case 4; ECDH, ECDSA, key wrap and certificates are openssl's. Keys are made anew at every run: the file holds those of the run that printed it. Rows:
  kind       identified, wrapped, one-pass, static, gbcs, signed, signed-and-ciphered, mechanism-7, certificate
  hex        the APDU, the signature, or the certificate
  plain      what stands inside
  ..         keys; public keys as x and y, private ones as PKCS#8
  fault      what a refusal must say; none: it is believed
"""
import hashlib
import json
import os
import re
import subprocess
import tempfile

CLIENT, SERVER = bytes.fromhex("4D4D4D0000000001"), bytes.fromhex("4D4D4D0000BC614E")
PLAIN = bytes.fromhex("C001C100080000010000FF0200")
TRANSACTION = bytes.fromhex("0000000000000123")
SUITES = {1: ("prime256v1", 32, "sha256", 16, "id-aes128-wrap"), 2: ("secp384r1", 48, "sha384", 32, "id-aes256-wrap")}
FOLDER = tempfile.mkdtemp()


def openssl(arguments, octets=b""):
    return subprocess.run(["openssl"] + arguments, input=octets, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


def file(octets):
    handle, path = tempfile.mkstemp(dir=FOLDER)
    os.write(handle, octets)
    os.close(handle)
    return path


# ---- GCM over openssl's AES -----------------------------------------------------------------------------------------------------------------------------------------

def blocks(key, clear):
    return openssl(["enc", "-aes-%d-ecb" % (8 * len(key)), "-nopad", "-K", key.hex()], clear)


def multiply(x, y):
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def gcm(key, nonce, clear, additional):
    hashing = int.from_bytes(blocks(key, bytes(16)), "big")
    stream = blocks(key, b"".join(nonce + number.to_bytes(4, "big") for number in range(1, 2 + (len(clear) + 15) // 16)))
    cipher = bytes(a ^ b for a, b in zip(clear, stream[16:]))
    padded = b"".join(part + bytes(-len(part) % 16) for part in (additional, cipher)) + (8 * len(additional)).to_bytes(8, "big") + (8 * len(cipher)).to_bytes(8, "big")
    state = 0
    for at in range(0, len(padded), 16):
        state = multiply(state ^ int.from_bytes(padded[at:at + 16], "big"), hashing)
    return cipher, bytes(a ^ b for a, b in zip(state.to_bytes(16, "big"), stream))


assert gcm(bytes.fromhex("feffe9928665731c6d6a8f9467308308"), bytes.fromhex("cafebabefacedbaddecaf888"),
           bytes.fromhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
           bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))[1].hex() == "5bc94fbc3221a5db94fae95ae7121a47"


# ---- keys, agreement, signatures -------------------------------------------------------------------------------------------------------------------------------------

class Key:
    def __init__(self, suite):
        self.suite, self.size = suite, SUITES[suite][1]
        self.pem = file(openssl(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + SUITES[suite][0], "-pkeyopt", "ec_param_enc:named_curve"]))
        self.public = openssl(["pkey", "-in", self.pem, "-pubout", "-outform", "DER"])[-2 * self.size:]
        self.private = openssl(["pkcs8", "-topk8", "-nocrypt", "-in", self.pem, "-outform", "DER"])

    def agree(self, other):
        return openssl(["pkeyutl", "-derive", "-inkey", self.pem, "-peerkey", file(openssl(["pkey", "-in", other.pem, "-pubout"]))])

    def sign(self, octets):
        der = openssl(["dgst", "-" + SUITES[self.suite][2], "-sign", self.pem], octets)
        numbers, at = [], 2 if der[1] < 0x80 else 3
        for _ in range(2):
            numbers.append(int.from_bytes(der[at + 2:at + 2 + der[at + 1]], "big").to_bytes(self.size, "big"))
            at += 2 + der[at + 1]
        return b"".join(numbers)


def derive(suite, secret, party_u, party_v, arc=5):
    use = 1 if suite == 2 else 0
    return hashlib.new(SUITES[suite][2], b"\0\0\0\1" + secret + bytes([0x60, 0x85, 0x74, arc, 8, 3, use]) + party_u + party_v).digest()[:SUITES[suite][3]]


def strings(*parts):
    return b"".join(length(part) + part for part in parts)


def length(octets):
    size = len(octets)
    return bytes([size]) if size < 0x80 else bytes([0x81, size]) if size < 0x100 else bytes([0x82]) + size.to_bytes(2, "big")


def envelope(control, key, authentication, information, counter, plain, header):
    nonce = header[1] + counter.to_bytes(4, "big")
    additional = bytes([control]) + authentication + strings(*header)
    if control & 0x20:
        body, tag = gcm(key, nonce, plain, additional)
    else:
        body, (_, tag) = plain, gcm(key, nonce, b"", additional + plain)
    content = bytes([control]) + counter.to_bytes(4, "big") + body + tag[:12]
    return b"\xDD" + strings(*header) + information + length(content) + content


def sign(key, header, content):
    bare = strings(*header) + length(content) + content
    signature = key.sign(bare)
    return b"\xDF" + bare + length(signature) + signature


# ---- certificates ----------------------------------------------------------------------------------------------------------------------------------------------------

def certificate(key, name, issuer=None, usage="digitalSignature", authority=False, first="20260101000000Z", last="20360101000000Z"):
    config = file(("""[req]
distinguished_name=n
prompt=no
[n]
CN=%s
[ca]
default_ca=c
[c]
database=%s
serial=%s
new_certs_dir=%s
unique_subject=no
policy=p
x509_extensions=e
[p]
commonName=supplied
[e]
basicConstraints=critical,CA:%s
keyUsage=critical,%s
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
""" % (name, file(b""), file(os.urandom(8).hex().encode()), FOLDER, "TRUE" if authority else "FALSE", "keyCertSign,cRLSign" if authority else usage)).encode())
    request = file(openssl(["req", "-new", "-config", config, "-key", key.pem, "-" + SUITES[key.suite][2]]))
    signing = ["-cert", issuer[0], "-keyfile", issuer[1].pem] if issuer else ["-selfsign", "-keyfile", key.pem]
    made = openssl(["ca", "-batch", "-notext", "-config", config, "-in", request, "-md", SUITES[key.suite][2], "-startdate", first, "-enddate", last] + signing)
    return openssl(["x509", "-outform", "DER"], made)


def pem(der):
    return file(openssl(["x509", "-inform", "DER", "-outform", "PEM"], der))


# ---- rows ------------------------------------------------------------------------------------------------------------------------------------------------------------

def row(kind, **fields):
    print(json.dumps({"kind": kind, **{name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}}))


for suite in SUITES:
    size = SUITES[suite][3]
    guek, gak, kek = (hashlib.sha384(b"%s %d" % (name, suite)).digest()[:size] for name in (b"guek", b"gak", b"kek"))
    client, server, client_signing, server_signing = (Key(suite) for _ in range(4))
    header = (TRANSACTION, CLIENT, SERVER, b"", b"")
    common = dict(suite=suite, gak=gak, plain=PLAIN, originator=CLIENT, recipient=SERVER)
    for protection in (0x10, 0x30):
        control = protection | suite
        row("identified", hex=envelope(control, guek, gak, b"\1\0\0", 0x01234567, PLAIN, header), guek=guek, counter=0x01234567, **common)
        fresh = hashlib.sha384(b"fresh %d" % protection).digest()[:size]
        wrapped = openssl(["enc", "-" + SUITES[suite][4], "-K", kek.hex(), "-iv", "A6A6A6A6A6A6A6A6"], fresh)
        row("wrapped", hex=envelope(control, fresh, gak, b"\1\1\0" + length(wrapped) + wrapped, 0, PLAIN, header), kek=kek, **common)
        ephemeral = Key(suite)
        agreed = derive(suite, ephemeral.agree(server), CLIENT, SERVER)
        material = ephemeral.public + client_signing.sign(ephemeral.public)
        row("one-pass", hex=envelope(control, agreed, gak, b"\1\2\1\1" + length(material) + material, 0, PLAIN, header), private=server.private, signer=client_signing.public, **common)
        agreed = derive(suite, client.agree(server), CLIENT, strings(TRANSACTION) + SERVER)
        row("static", hex=envelope(control, agreed, gak, b"\1\2\1\2\0", 0, PLAIN, header), private=server.private, peer=client.public, own=client.private, peerOfOwn=server.public, **common)
    signed = sign(client_signing, header, PLAIN)
    row("signed", hex=signed, signer=client_signing.public, **common)
    row("signed-and-ciphered", hex=envelope(0x30 | suite, guek, gak, b"\1\0\0", 7, signed, header), guek=guek, signer=client_signing.public, **common)
    challenge, answer = hashlib.sha256(b"CtoS").digest(), hashlib.sha256(b"StoC").digest()[:16]
    row("mechanism-7", hex=client_signing.sign(CLIENT + SERVER + answer + challenge), signer=client_signing.public, received=answer, sent=challenge, **common)

    root_key, other_key, middle_key, meter_key = (Key(suite) for _ in range(4))
    root, other = certificate(root_key, "root", authority=True), certificate(other_key, "root", authority=True)
    middle = certificate(middle_key, "middle", (pem(root), root_key), authority=True)
    issuer, title = (pem(middle), middle_key), SERVER.hex().upper()
    base = dict(suite=suite, title=SERVER, anchor=root, between=middle, at="2026-11-23T10:00:00Z", key=meter_key.public)
    row("certificate", hex=certificate(meter_key, title, issuer), **base)
    row("certificate", hex=certificate(meter_key, title.lower(), (pem(root), root_key)), **base)
    row("certificate", hex=certificate(meter_key, "4D4D4D0000BC614F", issuer), fault="not that of system title", **base)
    row("certificate", hex=certificate(meter_key, title, issuer, last="20261101000000Z"), fault="valid from 2026-01-01 to 2026-11-01, not at 2026-11-23", **base)
    row("certificate", hex=certificate(meter_key, title, issuer, first="20261201000000Z"), fault="valid from 2026-12-01", **base)
    row("certificate", hex=certificate(meter_key, title, issuer, usage="keyAgreement"), fault="is not for signing", **base)
    row("certificate", hex=certificate(meter_key, title, (pem(other), other_key)), fault="leads to no trust anchor", **base)
    row("certificate", hex=certificate(meter_key, title), fault="leads to no trust anchor", **base)
    row("certificate", hex=certificate(meter_key, title, issuer)[:-9], fault="cannot be read", **base)

# Great Britain: empty outer header, no authentication key, arc 6; the parties and the transaction stand in the signed APDU inside
client, server, signing = Key(1), Key(1), Key(1)
transaction = bytes.fromhex("0100000000000003EF")
inside = sign(signing, (transaction, CLIENT, SERVER, b"", b"\0\x20"), PLAIN)
agreed = derive(1, client.agree(server), CLIENT, strings(transaction) + SERVER, arc=6)
empty = (b"", b"", b"", b"", b"")
_, tag = gcm(agreed, CLIENT + bytes(4), b"", bytes([0x11]) + strings(*empty) + inside)
content = b"\x11\0\0\0\0" + inside + tag[:12]
row("gbcs", hex=b"\xDD" + strings(*empty) + b"\0" + length(content) + content, plain=inside, private=server.private, peer=client.public, signer=signing.public, suite=1)
