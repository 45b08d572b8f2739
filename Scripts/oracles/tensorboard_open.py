"""Prints as JSON what TensorBoard reads of the event files in a directory.

    python Scripts/oracles/tensorboard_open.py DIR

Needs tensorboard 2.15.2. `scalars` has the (step, value) pairs of each tag, `images` the (step, height, width, bytes in
the file); both without what a restart of the run made obsolete.
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import IMAGES, SCALARS, EventAccumulator

(directory,) = sys.argv[1:]
events = EventAccumulator(directory, size_guidance={IMAGES: 0, SCALARS: 0}).Reload()
tags = events.Tags()
print(
    json.dumps(
        {
            "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in sorted(tags["scalars"])},
            "images": {
                tag: [[e.step, e.height, e.width, len(e.encoded_image_string)] for e in events.Images(tag)]
                for tag in sorted(tags["images"])
            },
        }
    )
)
