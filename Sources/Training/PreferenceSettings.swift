internal import JSON
public import Preferences

/// What a run learns of pairs, and how the reference holds it: the section `preference` of a configuration.
public struct PreferenceSettings: Sendable, Equatable {
  /// Where the reference's log-probabilities come from.
  public enum Reference: String, Sendable, CaseIterable {
    /// Computed before the first step, once for each step that pairs use, and kept.
    case precomputed
    /// Computed with every batch, by the model without its adapter.
    case adapterOff = "adapter_off"
  }

  /// Samples that are cloned beside the pairs.
  public struct Anchor: Sendable, Equatable {
    /// What their loss is multiplied by.
    public var weight: Double
    /// Samples of one rank's batch.
    public var batchSize: Int

    public init(weight: Double, batchSize: Int) {
      self.weight = weight
      self.batchSize = batchSize
    }
  }

  public var objective: PreferenceObjective
  /// The units of the pairs that are trained on: `trajectory`, `segment`, `step`.
  public var units: [String]
  public var reference = Reference.precomputed
  /// The share of the kept log-probabilities that is computed again before a run goes on.
  public var recheckedShare = 0.01
  /// Whether the end-of-sequence token counts in log-probabilities.
  public var countsEnd = false
  public var anchor: Anchor?
  /// The steps of episodes that go through the model at once.
  public var stepsPerPass = 32

  /// The units that pairs have.
  static let allUnits = ["trajectory", "segment", "step"]

  public init(_ objective: PreferenceObjective) {
    self.objective = objective
    units = Self.allUnits
  }

  /// β of the first loss: the scale of rewards.
  var beta: Double { objective.terms.first?.loss.beta ?? 0.1 }

  /// The settings that decide about the numbers.
  var fingerprint: JSONValue {
    [
      "losses": .array(
        objective.terms.map { term in
          [
            "kind": .string(term.loss.kind.rawValue), "beta": .real(term.loss.beta), "weight": .real(term.weight),
            "label_smoothing": .real(term.loss.labelSmoothing), "penalty": .real(term.loss.penalty),
            "margin": .real(term.loss.marginScale),
          ]
        }),
      "sft": .real(objective.supervisedWeight), "aggregation": .string(objective.aggregation.rawValue),
      "units": .array(units.map { .string($0) }), "reference": .string(reference.rawValue),
      "counts_end": .bool(countsEnd), "anchor_weight": anchor.map { .real($0.weight) } ?? .null,
      "anchor_batch": anchor.map { JSONValue($0.batchSize) } ?? .null,
    ]
  }
}
