#!/usr/bin/env python3
"""Sends an image that an order names: send-image.py FILE prints what the order says of it; send-image.py FILE BASE [options of mosquitto_pub: -h, -p, --cafile, --cert, --key, ..] sends
what the box misses of it, BASE being dc/v1/{id}. Needs mosquitto_pub and mosquitto_sub. May be stopped and called again at any time."""
import hashlib, json, os, queue, subprocess, sys, threading, time

PART = 64 * 1024


def digest(path):
    """The hash of the file, which is not held in memory."""
    hashed = hashlib.sha256()
    with open(path, "rb") as image:
        while octets := image.read(1 << 20):
            hashed.update(octets)
    return hashed.hexdigest()


def send(image, start, octets):
    for at in range(start, start + octets, PART):
        image.seek(at)
        part = image.read(min(PART, start + octets - at))
        subprocess.run(["mosquitto_pub", *broker, "-q", "1", "-V", "5", "-t", f"{base}/image/{sha256}/{at}", "-s"], input=part, check=True)


def listen():
    """Hands on what the box tells of the image, one status a line."""
    for line in heard.stdout:
        told.put(json.loads(line))


def newest():
    """The newest status, where the box tells one within 10 s; else None."""
    try:
        now = told.get(timeout=10)
        while not told.empty():
            now = told.get()
        return now
    except queue.Empty:
        return None


path = sys.argv[1]
sha256, size = digest(path), os.path.getsize(path)
if len(sys.argv) == 2:
    print(json.dumps({"imageSha256": sha256, "imageOctets": size}))
    sys.exit()

base, broker, told = sys.argv[2], sys.argv[3:], queue.Queue()
heard = subprocess.Popen(["mosquitto_sub", *broker, "-q", "1", "-V", "5", "-t", f"{base}/image/{sha256}/status"], stdout=subprocess.PIPE)
threading.Thread(target=listen, daemon=True).start()
time.sleep(1)
silent, ended = 0, None
try:
    with open(path, "rb") as image:
        send(image, 0, min(PART, size))  # any part makes the box tell how the image stands, where an order names it
        while ended is None and silent < 6:
            now = newest()
            if now is None:
                silent += 1
                send(image, 0, min(PART, size))
            elif now["state"] == "complete":
                ended = 0
            elif now["wrongHashes"]:
                ended = "what came had another hash: is this the file that the order means?"
            else:
                silent = 0
                print(f"{now['received']} of {now['octets']} octets are there", file=sys.stderr)
                for gap in now["missing"]:
                    send(image, gap["from"], gap["octets"])
finally:
    heard.terminate()
if ended == 0:
    print("complete")
sys.exit("the box tells nothing of this image: does an open order name it?" if ended is None else ended)
