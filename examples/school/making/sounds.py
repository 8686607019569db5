"""Make the sounds of the demo lessons: rain, drops in a cave, a bronze bell.

Python alone, no library: every sample is computed here. Usage, from the top of the repository:

    python -m examples.school.making.sounds OUT

writes OUT/pluie.wav, OUT/gouttes.wav and OUT/cloche.wav. README.md says how they become MP3.
"""

import math
import random
import sys
import wave
from array import array
from pathlib import Path

RATE = 22_050


def silence(seconds: float) -> list[float]:
    """Nothing to hear, for some seconds."""
    return [0.0] * int(seconds * RATE)


def add(track: list[float], at: float, sound: list[float], gain: float = 1.0) -> None:
    """Mix a sound into a track, from a time in seconds; what passes the end is left out."""
    start = int(at * RATE)
    for i, value in enumerate(sound[: max(0, len(track) - start)]):
        track[start + i] += value * gain


def drop(pitch: float, length: float = 0.12) -> list[float]:
    """A falling drop: a short, rising, quickly fading note."""
    out, phase = [], 0.0
    for i in range(int(length * RATE)):
        t = i / RATE
        phase += 2 * math.pi * pitch * (1 + 2.2 * t / length) / RATE
        out.append(math.sin(phase) * math.exp(-t * 34) * min(1.0, t * 900))
    return out


def rain(seconds: float = 10.0) -> list[float]:
    """Soft noise whose strength comes and goes, and hundreds of small drops over it."""
    dice = random.Random(2024)  # noqa: S311 - the same rain every time
    track, low, slow = silence(seconds), 0.0, 0.0
    for i in range(len(track)):
        white = dice.uniform(-1, 1)
        low += 0.28 * (white - low)
        slow += 0.02 * (low - slow)
        swell = 0.75 + 0.25 * math.sin(2 * math.pi * i / RATE / 4.1)
        track[i] = (low - slow) * 0.45 * swell
    for _ in range(int(seconds * 45)):
        add(track, dice.uniform(0, seconds), drop(dice.uniform(900, 3200), 0.05), dice.uniform(0.02, 0.2))
    return track


def drops(seconds: float = 8.0) -> list[float]:
    """Single drops in a cave, each with its echoes."""
    dice = random.Random(7)  # noqa: S311 - the same drops every time
    track, at = silence(seconds), 0.4
    while at < seconds - 1.6:
        note = drop(dice.uniform(520, 980), 0.16)
        for echo in range(5):
            add(track, at + 0.23 * echo, note, 0.7 * 0.42**echo)
        at += dice.uniform(0.7, 1.3)
    return track


def bell(strikes: int = 3, every: float = 2.4) -> list[float]:
    """A bronze bell: its partials, and the slow beat between two close ones."""
    partials = [(0.5, 0.55, 0.5), (1.0, 1.0, 0.8), (1.183, 0.7, 1.0), (1.506, 0.35, 1.3)]
    partials += [(2.0, 0.8, 1.2), (2.006, 0.5, 1.2), (2.66, 0.3, 2.2), (3.01, 0.25, 2.6), (4.1, 0.15, 4.0)]
    stroke = []
    for i in range(int(4.5 * RATE)):
        t = i / RATE
        value = sum(a * math.exp(-t * d) * math.sin(2 * math.pi * 294 * r * t) for r, a, d in partials)
        stroke.append(value * min(1.0, t * 600))
    track = silence(every * (strikes - 1) + 4.5)
    for n in range(strikes):
        add(track, n * every, stroke)
    return track


def save(track: list[float], path: Path, peak: float = 0.8, fade: float = 0.8) -> None:
    """Write a mono 16-bit WAV file, brought to one peak level and faded at both ends."""
    top = max(abs(v) for v in track) or 1.0
    edge, tail = int(0.01 * RATE), int(fade * RATE)
    samples = array("h")
    for i, value in enumerate(track):
        gain = min(1.0, i / edge, (len(track) - 1 - i) / tail)
        samples.append(int(value / top * peak * gain * 32_767))
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())


def main(folder: Path) -> None:
    """Write both sounds into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save(rain(), folder / "pluie.wav", peak=0.6)
    save(drops(), folder / "gouttes.wav")
    save(bell(), folder / "cloche.wav")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
