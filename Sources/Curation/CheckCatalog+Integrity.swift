extension CheckCatalog {
  /// Whether the numbers are whole and are what the store says.
  static let integrity: [Check] = [
    Check(
      "non-finite", .defect, "Numbers that are none",
      meaning: "An action, a state or a reward is NaN or infinite.",
      mechanism: "One NaN in a batch makes the loss NaN and, after the next step, every weight.",
      threshold: .init(.above, 0, unit: "values", source: "any, as in nine of the graders compared")),
    Check(
      "shape-drift", .defect, "Frames of another size",
      meaning: "Frames of a view have another height, width or number of channels than most of its frames.",
      mechanism: "Resizing makes objects of another shape, or the batch cannot be stacked.",
      threshold: .init(.above, 0, unit: "frames", source: "any; adduct shape_dtype"), needs: [.images]),
    Check(
      "time-order", .defect, "Time that does not rise",
      meaning: "Time stamps stay the same or go back from one step to the next.",
      mechanism: "Actions are paired with observations of another moment.",
      threshold: .init(.above, 0, unit: "steps", source: "any; kalanos, rdq"), needs: [.timestamps]),
    Check(
      "time-gap", .risk, "Frames that were dropped",
      meaning: "The time between two steps is more than three times the median of the episode.",
      mechanism: "One action seems to have moved the robot as far as several.",
      threshold: .init(.above, 3, unit: "medians", source: "adduct timestamp_regularity 3; forge 2; rdq 1.5"),
      needs: [.timestamps]),
    Check(
      "broken-flags", .defect, "Flags that contradict the steps",
      meaning:
        "`is_first` is not set on the first step alone, `is_last` not on the last alone, or `is_terminal` before it.",
      mechanism: "Readers cut episodes at flags: chunks reach over the seam, or steps are never sampled.",
      threshold: .init(.above, 0, unit: "steps", source: "any; the definition of RLDS")),
    Check(
      "too-few-steps", .defect, "Hardly any steps",
      meaning: "The episode has fewer than three steps.",
      mechanism: "It holds no motion to learn from, and weights by episode favour it.",
      threshold: .init(.below, 3, unit: "steps", source: "adduct truncated: 3")),
    Check(
      "out-of-bounds", .defect, "Actions far outside the dataset's",
      meaning: "An action lies more than ten typical ranges from the middle of the dataset's actions in its dimension.",
      mechanism: "It widens mean, standard deviation and extremes that all other actions are normalised with.",
      threshold: .init(.above, 10, unit: "typical ranges", source: "adduct normalization_outliers: 10 × (q99 − q01)")),
    Check(
      "statistics-mismatch", .defect, "Statistics of other data",
      meaning: "`statistics.json` differs from the mean, the extremes or the counts of the steps themselves.",
      mechanism: "Actions are normalised, and a policy's answers scaled back, with the wrong numbers.",
      threshold: .init(
        .above, 0.01, unit: "share of the range", source: "half-way between rdq 5 % and trajlens 0.01 %"),
      scope: .dataset),
    Check(
      "broken-quantiles", .defect, "Quantiles out of order",
      meaning: "In `statistics.json` a first percentile exceeds the 99th, or lies outside the extremes.",
      mechanism: "Normalising by quantiles then mirrors or clips nearly every action.",
      threshold: .init(.above, 0, unit: "dimensions", source: "any; robovet"), scope: .dataset),
  ]

  /// Whether episodes are there twice.
  static let duplicates: [Check] = [
    Check(
      "exact-duplicate", .defect, "An episode that is there twice",
      meaning: "Actions and states equal those of an earlier episode, byte for byte.",
      mechanism: "The episode counts twice, and where its copy is held out, the evaluation measures memory.",
      threshold: .init(.above, 0, unit: "earlier episodes", source: "any; kalanos, rdq, deepen-grade")),
    Check(
      "near-duplicate", .risk, "An episode that is nearly there twice",
      meaning: "Actions and states, drawn at equal parts of the episode, differ by less than a fiftieth of the typical "
        + "range from an earlier episode of nearly the same length.",
      mechanism: "As an exact copy, hidden by noise or by another encoding.",
      threshold: .init(
        .below, 0.02, unit: "typical ranges (root mean square)", source: "kalanos: 0.02, lengths within 10 %")),
    Check(
      "split-leakage", .risk, "A copy in another split",
      meaning: "An exact or near copy of the episode is in another split.",
      mechanism: "Held-out loss falls by memory alone, and the wrong checkpoint looks best.",
      threshold: .init(.above, 0, unit: "episodes", source: "any; adduct split_leakage, traceplane")),
  ]

  /// Whether the instructions say what to do.
  static let language: [Check] = [
    Check(
      "empty-instruction", .defect, "No instruction",
      meaning: "A step has no instruction, or one of blanks, while other episodes of the dataset have one.",
      mechanism: "The policy learns to act without being told, and to ignore what it is told.",
      threshold: .init(.above, 0, unit: "steps", source: "any; adduct, kalanos, rdq, trajlens"),
      needs: [.instructions]),
    Check(
      "placeholder-instruction", .risk, "An instruction that says nothing",
      meaning: "The instruction is a placeholder such as `default` or `task 1`, has fewer than three letters, or only "
        + "digits.",
      mechanism: "One text stands for several tasks, so that language predicts nothing.",
      threshold: .init(.above, 0, unit: "instructions", source: "rdq placeholder tasks; lerobot-lint: 3 letters"),
      needs: [.instructions]),
    Check(
      "rare-instruction", .info, "An instruction of few episodes",
      meaning: "Fewer episodes have this instruction than a twentieth of an even share.",
      mechanism: "Too few to learn it from, and enough to be drawn in its place.",
      threshold: .init(.below, 0.05, unit: "even shares", source: "lerobot-lint: 5 %"), needs: [.instructions]),
    Check(
      "changing-instruction", .info, "Several instructions in one episode",
      meaning: "The instruction changes within the episode.",
      mechanism: "Chunks of actions reach over the change; filters by instruction see the first alone.",
      threshold: .init(.above, 1, unit: "instructions", source: "by definition"), needs: [.instructions]),
    Check(
      "task-imbalance", .info, "Tasks of unequal share",
      meaning: "The entropy of episodes over instructions is below 0.7 of an even one.",
      mechanism: "Frequent tasks drown rare ones; weigh them in the mixture.",
      threshold: .init(.below, 0.7, unit: "evenness", source: "adduct task_imbalance: 0.7"), needs: [.instructions],
      scope: .dataset),
  ]
}
