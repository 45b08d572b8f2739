extension CheckCatalog {
  /// How long episodes are.
  static let lengths: [Check] = [
    Check(
      "truncated", .risk, "Much shorter than its task",
      meaning: "The episode has less than 0.3 of the median length of its instruction's episodes.",
      mechanism: "It stops before the goal, so that the policy learns to stop there.",
      threshold: .init(.below, 0.3, unit: "median lengths", source: "adduct truncated: 0.3; rdq 0.2")),
    Check(
      "length-outlier", .risk, "Unlike its task in length",
      meaning:
        "The logarithm of the length lies more than four robust deviations from its instruction's median (or four "
        + "of the spread from the tenth to the ninetieth percentile), and the length itself differs by more than half.",
      mechanism: "Long ones wander or wait, and fill batches by step; short ones are cut.",
      threshold: .init(.above, 4, unit: "robust z", source: "rdq: robust z 4")),
  ]

  /// How the robot moves.
  static let motion: [Check] = [
    Check(
      "idle", .risk, "Mostly standing still",
      meaning: "On more than half of the steps neither command nor state moves by a thousandth of its typical range.",
      mechanism: "Doing nothing is the most frequent label, and a policy that does nothing once stays there.",
      threshold: .init(.above, 0.5, unit: "share of steps", source: "forge 50 %; adduct 15 %; robovet 35 %"),
      isSoft: true),
    Check(
      "idle-padding", .risk, "Standing still at an end",
      meaning: "The idle steps at the beginning or at the end are more than 0.4 of the episode.",
      mechanism: "Waiting for the operator becomes the answer to the first frame.",
      threshold: .init(.above, 0.4, unit: "share of steps", source: "rdq: 40 %"), isSoft: true),
    Check(
      "no-op", .info, "Steps that do nothing",
      meaning:
        "The share of steps whose motion command is below 1e-4 in norm and whose gripper command does not change.",
      mechanism: "OpenVLA drops such steps from LIBERO; a policy trained on them freezes.",
      threshold: .init(.above, 0.5, unit: "share of steps", source: "the rule of OpenVLA's LIBERO regeneration: 1e-4"),
      isSoft: true),
    Check(
      "keep-ranges", .info, "What an idle filter would cut",
      meaning:
        "The share of steps outside of what remains when idle runs of seven steps and more are cut, and pieces of "
        + "fewer than sixteen beside them.",
      mechanism: "As for idle steps; this is how much of the episode a filter in the manner of DROID's leaves out.",
      threshold: .init(.above, 0.5, unit: "share of steps", source: "openpi's ranges for DROID: 7 and 16 steps"),
      isSoft: true),
    Check(
      "no-motion", .risk, "Nothing happens",
      meaning: "The path of the state is below a twentieth of its task's median path.",
      mechanism: "Whatever the instruction asks for was not shown.",
      threshold: .init(.below, 0.05, unit: "median paths", source: "rdq: 5 % of the task's median")),
    Check(
      "saturation", .risk, "Commands held at the limit",
      meaning:
        "A command is held, to the bit, at the edge of the dataset's range for three steps or more, on more than "
        + "a quarter of the steps; commands of two values do not count.",
      mechanism: "The clipped command is not what the operator meant, and the bin at the edge learns too much.",
      threshold: .init(.above, 0.25, unit: "share of steps", source: "deepen-grade 25 %, of dataset-wide bounds"),
      isSoft: true),
    Check(
      "action-jump", .risk, "A jump",
      meaning: "From one step to the next a command changes by more than 2.5 typical ranges.",
      mechanism: "Smoothing over it and fitting it are both wrong.",
      threshold: .init(
        .above, 2.5, unit: "typical ranges", source: "between lerobot-lint 0.5 (positions) and adduct z 10")
    ),
    Check(
      "glitch", .risk, "A spike, out and back",
      meaning: "A command leaves the running median of seven steps by more than 1.5 typical ranges and is back within "
        + "three steps.",
      mechanism: "A transmission error is imitated as if it were meant.",
      threshold: .init(.above, 1.5, unit: "typical ranges", source: "as rdq; its 0.3 holds for positions alone")),
    Check(
      "step-order", .risk, "Steps out of order",
      meaning:
        "Second differences of the state have more than 1.8 times the energy of the first ones, at a mean step of "
        + "more than 0.05 typical ranges; points in no order have three times. The median over the dimensions counts.",
      mechanism: "Neighbouring steps do not follow from each other, so neither do chunks of actions.",
      threshold: .init(
        .above, 1.8, unit: "ratio of energies", source: "half-way from smooth (below 1) to unordered (3)"),
      needs: [.proprio]),
    Check(
      "jerk", .risk, "Rough motion",
      meaning: "The logarithm of the commands' root mean square third difference lies more than four robust deviations "
        + "(of 0.1 to 0.6) above the dataset's median.",
      mechanism: "The policy averages over what is noise to it, and hesitates.",
      threshold: .init(.above, 4, unit: "robust z", source: "adduct 3.5, robovet 2; both with 1.5 × the median"),
      isSoft: true),
    Check(
      "noise", .info, "High-frequency share of the commands",
      meaning: "The share of the commands' variation that is gone after averaging over five steps.",
      mechanism: "What no observation explains cannot be learnt; it only blurs.",
      threshold: .init(.above, 1, unit: "share", source: "kalanos snr_db: residual of five samples; a score only"),
      isSoft: true),
    Check(
      "ldlj", .info, "Dimensionless jerk of the path",
      meaning: "−ln(T³ / v² · ∫ jerk²) of the state's path, v its peak speed; less is rougher.",
      mechanism: "Skilled motion is smooth. Values of other tools are other quantities.",
      threshold: .init(.below, -40, unit: "ln", source: "deepen-grade −40; a score only"), needs: [.proprio],
      isSoft: true),
    Check(
      "path-efficiency", .info, "Detours",
      meaning: "The length of the state's path over the distance from its first to its last point.",
      mechanism: "Searching motion gives several answers for one observation.",
      threshold: .init(.above, 20, unit: "ratio", source: "adduct 2.5 for positions alone; a score only"),
      needs: [.proprio], isSoft: true),
    Check(
      "dither", .info, "To and fro",
      meaning: "The share of windows of eight steps in which the state gets less than 0.3 of its path forward.",
      mechanism: "Corrections of corrections: the label depends on the noise before it.",
      threshold: .init(.above, 0.9, unit: "share of windows", source: "rdq dither: 0.3"), needs: [.proprio],
      isSoft: true),
    Check(
      "dead-dimension", .risk, "A dimension that does not move",
      meaning:
        "A command is constant in this episode while it varies in at least 0.95 of the others; of more than ten, one other "
        + "may be like it.",
      mechanism: "A sensor or a key was off, so that part of the answer is missing.",
      threshold: .init(.above, 0, unit: "dimensions", source: "adduct dead_dimension, by episode")),
    Check(
      "constant-dimension", .info, "Dimensions that never move",
      meaning: "A command has the same value in all steps of the dataset.",
      mechanism: "Normalising divides by nothing; the mask or the action space should leave it out.",
      threshold: .init(.above, 0, unit: "dimensions", source: "adduct dead_dimension: 1e-9"), scope: .dataset),
  ]

  /// How the gripper behaves.
  static let gripper: [Check] = [
    Check(
      "gripper-chatter", .risk, "A gripper that chatters",
      meaning: "The gripper's command crosses its middle six times or more, on more than a quarter of the steps.",
      mechanism: "The label of the one dimension that decides a grasp is a coin.",
      threshold: .init(
        .above, 0.25, unit: "share of steps", source: "adduct 6 flips; its 2 Hz taken at 8 steps a second")),
    Check(
      "gripper-inert", .risk, "A gripper that is not used",
      meaning: "The gripper's command never changes, while it does in at least 0.9 of at least five episodes of the "
        + "instruction; of more than six, one other may be like it.",
      mechanism: "The episode shows the approach as if it were the task.",
      threshold: .init(.above, 0.9, unit: "share of the task's episodes", source: "lerobot-lint gripper inert")),
  ]

  /// Whether states follow actions.
  static let states: [Check] = [
    Check(
      "frozen-state", .risk, "A state that hangs",
      meaning: "The state stays the same, to the bit, for ten steps or more while the commands move.",
      mechanism: "The policy is told that it is somewhere else than it is.",
      threshold: .init(.above, 9, unit: "steps", source: "adduct duplicate_frames: 10; lerobot-lint 15"),
      needs: [.proprio]),
    Check(
      "action-state-lag", .risk, "Actions out of step with states",
      meaning: "Commands fit the state's increments best at a shift that differs from the dataset's by more than two "
        + "steps, and by 0.3 better in correlation than at the dataset's.",
      mechanism: "Each frame is labelled with the action of another.",
      threshold: .init(.above, 2, unit: "steps", source: "rdq 4 frames; adduct excess correlation 0.2 and 1.0"),
      needs: [.proprio]),
    Check(
      "action-state-mismatch", .risk, "States that do not follow actions",
      meaning:
        "The best correlation of commands with the state's increments is more than six robust deviations and 0.5 "
        + "below the dataset's; one that is as large with the other sign, where commands fit in the dataset, counts.",
      mechanism: "Actions are those of another episode, another frame of reference or another sign.",
      threshold: .init(.above, 6, unit: "robust z", source: "deepen-grade tracking 0.8 and 0.5; calibra divergence"),
      needs: [.proprio], isSoft: true),
    Check(
      "delta-or-absolute", .info, "Deltas declared absolute, or the reverse",
      meaning: "Commands correlate better with the state itself than with its increments where the manifest calls them "
        + "relative, or the reverse.",
      mechanism: "Padding of chunks, no-op rules and control at deployment depend on it.",
      threshold: .init(.above, 0.3, unit: "correlation", source: "by definition; see adduct action_observation_lag"),
      needs: [.proprio], scope: .dataset),
    Check(
      "unit-mismatch", .risk, "Another unit",
      meaning:
        "The median size of commands or states differs from the dataset's by more than 1.2 decades, as millimetres "
        + "from metres or degrees from radians; small commands count only where the state moves.",
      mechanism: "The same motion has another label.",
      threshold: .init(.above, 1.2, unit: "decades", source: "adduct unit_scale_inconsistency: 1.5; radians are 1.76")),
    Check(
      "normalization-outlier", .risk, "Commands beyond the quantiles",
      meaning:
        "More than a tenth of the steps lie more than one typical range outside of the dataset's typical bounds.",
      mechanism: "Normalisation clips them all to the same bin.",
      threshold: .init(.above, 0.1, unit: "share of steps", source: "lerobot-doctor and adduct, by episode"),
      isSoft: true),
  ]
}
