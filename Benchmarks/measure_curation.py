#!/usr/bin/env python3
"""How many injected faults `armature curate check` finds and places, how often it speaks on clean data, beside a peer.

    measure_curation.py BIN STORE… [--peer PYTHON] [--lerobot-peers PYTHON] [--seeds N] [--work DIR]

BIN holds the programs (.build/release); stores are clean ones. For every kind of fault and seed, a copy of each store
with faults in a few episodes is made and checked. A fault is found when the check that is named for its kind has a finding
in its episode; it is placed when the finding's steps meet the fault's (or either is the whole episode). Benign is the share
of clean episodes with a finding. With --peer, adduct (in that Python, with TensorFlow and TFDS) looks at the same faulty
stores, exported as RLDS with `armature rlds export`; with --lerobot-peers, rdq and kalanos look at LeRobot copies of them
(`lerobot_copy.py`), which they need.

Prints Markdown.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time


def run(*words, check=True):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
    return done


def kinds(program):
    """The kinds of faults, as the help lists them: `kind (what it does); …`."""
    text = run(program, "inject", "--help").stdout
    start = text.index("Kinds:") + 6
    names = []
    for part in " ".join(text[start:text.index("USAGE")].split()).split(";"):
        name = part.strip().split(" ")[0].strip(".")
        if name and all(c.isalnum() or c == "-" for c in name):
            names.append(name)
    return names


def meets(finding, fault):
    if finding["steps"] is None or fault["steps"] is None:
        return True
    (a, b), (c, d) = finding["steps"], fault["steps"]
    return a <= d and c <= b


# The detectors of adduct 0.2.2 that mean a kind of fault.
ADDUCT = {
    "nan-action": ["integrity.nan_inf"], "duplicate-episode": ["coverage.redundancy", "integrity.duplicate_frames"],
    "empty-instruction": ["label.missing_or_empty"], "black-camera": ["vision.camera_dropout", "vision.blur_exposure"],
    "frozen-camera": ["vision.frozen_frames", "integrity.duplicate_frames"],
    "action-spike": ["smoothness.jerk_outlier", "smoothness.curvature", "smoothness.discontinuity_jump"],
    "idle-padding": ["temporal.idle_frames", "integrity.duplicate_frames"],
    "truncated-episode": ["integrity.truncated", "consistency.duration_variance"],
}


# As far as they have any: the checks of rdq 0.3.4 and the metrics of kalanos 0.8.2.
RDQ = {
    "nan-action": ["values.non_finite"], "duplicate-episode": ["episodes.duplicate", "video.duplicate"],
    "empty-instruction": ["tasks.placeholder"], "black-camera": ["video.black_span", "video.black"],
    "frozen-camera": ["video.frozen_span", "video.frozen"], "action-spike": ["values.spikes"],
    "idle-padding": ["episodes.idle_padding", "episodes.idle"], "truncated-episode": ["episodes.too_short"],
}
KALANOS = {
    "nan-action": ["integrity.missing_pct"], "duplicate-episode": ["integrity.duplicate_episode"],
    "empty-instruction": ["annotation.task_instruction_missing"],
    "black-camera": ["vision.exposure_vs_camera", "vision.blank_frame_pct"],
    "frozen-camera": ["vision.frozen_frame_pct", "vision.repeated_footage_vs_camera"],
    "action-spike": ["integrity.spike_pct"], "idle-padding": ["integrity.flatline_pct"], "truncated-episode": [],
}


def lerobot_peers(python, store, work):
    """What rdq and kalanos say of a LeRobot copy: for each, its detectors, pairs of detector and episode, claims about the set."""
    copy, here = work / "lerobot", pathlib.Path(__file__).parent
    shutil.rmtree(copy, ignore_errors=True)
    run(python, here / "lerobot_copy.py", store, copy)
    commands, found = pathlib.Path(python).parent, []
    start = time.monotonic()
    run(commands / "rdq", "check", copy, "--video-full", "--json", work / "rdq.json", "--no-color", check=False)
    seconds, pairs, claims = time.monotonic() - start, set(), 0
    for finding in json.loads((work / "rdq.json").read_text())["findings"]:
        if finding["severity"] != "info":
            claims += not finding["episodes"]
            pairs |= {(finding["check"], episode) for episode in finding["episodes"]}
    found.append(("rdq 0.3.4, --video-full", RDQ, pairs, claims, seconds))
    start = time.monotonic()
    run(commands / "kalanos", "grade", copy, "--tier", "full", "--report", work / "kalanos.json", "--no-color", check=False)
    seconds, pairs, claims = time.monotonic() - start, set(), 0
    for finding in json.loads((work / "kalanos.json").read_text())["findings"]:
        name = finding["episode_id"]
        claims += name is None
        if name is not None:
            pairs.add((finding["metric_id"], int(name.rsplit("_", 1)[1])))
    found.append(("kalanos 0.8.2, --tier full", KALANOS, pairs, claims, seconds))
    return found


def adduct(python, program, store, work):
    """What adduct says of the store's RLDS export: pairs of detector and episode, and claims about the whole set."""
    version = work / "export" / "set" / "1.0.0"
    shutil.rmtree(work / "export", ignore_errors=True)
    run(program.parent / "armature-rlds", "export", store, "--format", "rlds", "--out", version, "--quiet")
    report = work / "adduct.json"
    start = time.monotonic()
    run(pathlib.Path(python).parent / "adduct", "scan", version, "--full", "--json", report, check=False)
    seconds = time.monotonic() - start
    pairs, claims = set(), 0
    for cluster in json.loads(report.read_text())["clusters"]:
        for finding in cluster["findings"]:
            episodes = finding["locus"]["episodes"]
            claims += not episodes
            pairs |= {(finding["detector_id"], int(name.rsplit("_", 1)[1])) for name in episodes}
    return pairs, claims, seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("stores", nargs="+", type=pathlib.Path)
    parser.add_argument("--peer")
    parser.add_argument("--lerobot-peers")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--episodes", type=int, default=4)
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    work = options.work or pathlib.Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    program = options.bin / "armature-curate"

    clean, classes, episodes = {}, {}, 0
    for store in options.stores:
        copy = work / f"clean-{store.name}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(store, copy)
        found = json.loads(run(program, "check", copy, "--json", "--quiet").stdout)
        episodes += found["episodes"]
        classes |= {check["id"]: check["class"] for check in found["checks"]}
        for finding in found["findings"]:
            clean.setdefault(finding["check"], set()).add((store.name, finding["episode"]))

    print("| fault | check | class | injected | found | placed | its findings in other episodes |")
    print("|---|---|---|---|---|---|---|")
    totals = {}
    for kind in kinds(program):
        injected = hits = placed = strays = 0
        check = "?"
        for store in options.stores:
            for seed in range(options.seeds):
                copy = work / "faulty"
                shutil.rmtree(copy, ignore_errors=True)
                done = run(
                    program, "inject", store, "--fault", kind, "--episodes", options.episodes, "--seed", seed, "--out",
                    copy, "--json", "--quiet", check=False)
                if done.returncode != 0:
                    continue  # The store has nothing to put it into.
                faults = json.loads(done.stdout)["injected"]
                found = json.loads(run(program, "check", copy, "--json", "--quiet").stdout)["findings"]
                touched = {fault["episode"] for fault in faults}
                for fault in faults:
                    check = fault["check"]
                    injected += 1
                    own = [f for f in found if f["check"] == check and f["episode"] in (fault["episode"], None)]
                    hits += bool(own)
                    placed += any(meets(finding, fault) for finding in own)
                before = {episode for name, episode in clean.get(check, set()) if name == store.name}
                strays += len({
                    f["episode"] for f in found
                    if f["check"] == check and f["episode"] is not None and f["episode"] not in touched | before})
        if injected:
            sums = totals.setdefault(classes.get(check, "?"), [0, 0, 0])
            for place, value in enumerate((injected, hits, placed)):
                sums[place] += value
            print(f"| {kind} | {check} | {classes.get(check, '?')} | {injected} | {hits} | {placed} | {strays} |")
    print()
    for name, (injected, hits, placed) in sorted(totals.items()):
        print(f"{name}: {hits} of {injected} found ({100 * hits / injected:.1f} %), {placed} placed")
    print(f"\n| check | class | clean episodes with a finding, of {episodes} |\n|---|---|---|")
    for check, places in sorted(clean.items(), key=lambda item: -len(item[1])):
        print(f"| {check} | {classes[check]} | {len(places)} ({100 * len(places) / episodes:.1f} %) |")
    spoken = {classes[check] for check in clean}
    print("\nNo finding on clean data of class: " + ", ".join(sorted({"defect", "risk"} - spoken) or ["–"]))

    if options.peer or options.lerobot_peers:
        store = options.stores[0]
        copy = work / "peer"
        shutil.rmtree(copy, ignore_errors=True)
        faults = json.loads(
            run(
                program, "inject", store, "--fault",
                "nan-action,duplicate-episode,empty-instruction,black-camera,frozen-camera,action-spike,idle-padding,"
                "truncated-episode", "--episodes", 2, "--out", copy, "--json", "--quiet").stdout)["injected"]
        start = time.monotonic()
        whole = json.loads(run(program, "check", copy, "--json", "--quiet").stdout)
        found, found_episodes = whole["findings"], whole["episodes"]
        ours = time.monotonic() - start
        touched = {fault["episode"] for fault in faults}
        serious = [f for f in found if f["class"] != "info"]
        hits = sum(any(f["check"] == fault["check"] and f["episode"] == fault["episode"] for f in serious) for fault in faults)
        false = [f for f in serious if f["episode"] not in touched]
        # A copy's original may be named with it.
        original = {
            int(number) for f in serious if f["check"] == "exact-duplicate" and f["episode"] in touched
            for number in re.findall(r"episode (\d+)", f["message"])}
        peers = []
        if options.peer:
            pairs, claims, seconds = adduct(options.peer, program, copy, work)
            peers.append(("adduct 0.2.2, --full", ADDUCT, pairs, claims, seconds))
        if options.lerobot_peers:
            peers += lerobot_peers(options.lerobot_peers, copy, work)
        print(f"\n{len(faults)} faults in {len(touched)} of the {found_episodes} episodes of {store.name}:\n")
        print("| tool | seconds | faults found in their episode | findings in other episodes | claims about the set |")
        print("|---|---|---|---|---|")
        wide = sum(f["episode"] is None for f in serious)
        print(f"| armature curate check, defects and risks | {ours:.1f} | {hits} | {len(false) - wide} | {wide} |")
        for name, detectors, pairs, claims, seconds in peers:
            named = sum(any((d, f["episode"]) in pairs for d in detectors[f["fault"]]) for f in faults)
            elsewhere = sum(episode not in touched | original for _, episode in pairs)
            print(f"| {name} | {seconds:.1f} | {named} | {elsewhere} | {claims} |")


if __name__ == "__main__":
    main()
