internal import ByteIO
internal import Checkpoints
internal import Glibc
internal import TensorFiles
internal import Torch
internal import VLA

/// A reference's distributions over the bins of actions, at some steps.
struct ObservedDistributions {
  /// Where they were observed.
  let steps: [PairStep]
  /// Logarithms, [step · token · bin].
  private let logProbabilities: [Float]

  /// Observes the policy of `pass` at `steps`.
  init(_ steps: [PairStep], _ pass: StepPass) throws {
    self.steps = steps
    var values: [Float] = []
    try pass.logits(steps) { _, rows, logits in values += try Self.distributions(rows, logits, pass.policy) }
    logProbabilities = values
  }

  /// The logarithms of the shares of action tokens among themselves, at the rows that answer actions, [row · bin].
  private static func distributions(_ rows: SupervisedRows, _ logits: Tensor, _ policy: Policy) throws -> [Float] {
    let range = policy.config.actionTokens
    let chosen = rows.targets.indices.filter { range.contains(Int(rows.targets[$0])) }.map { Int64($0) }
    return try withoutGradient {
      try logits.selecting(Tensor(chosen, [chosen.count]).converted(on: policy.device), 0).slicing(range, 1)
        .logSoftmax(-1).values(Float.self)
    }
  }

  /// The mean of KL(policy ‖ reference) over the observed answers of one token each, in nats; NaN where none is observed.
  func divergence(_ pass: StepPass) throws -> Double {
    var (sum, count, place) = (0.0, 0, 0)
    let bins = pass.policy.config.actionTokens.count
    try pass.logits(steps) { _, rows, logits in
      let own = try Self.distributions(rows, logits, pass.policy)
      guard place + own.count <= logProbabilities.count else {
        throw TrainingError(
          place: ReferenceScores.fileName, "it observes fewer steps than the run; remove it to have it computed again")
      }
      for (value, reference) in zip(own, logProbabilities[place..<place + own.count]) {
        sum += exp(Double(value)) * (Double(value) - Double(reference))
      }
      place += own.count
      count += own.count / bins
    }
    return sum / Double(count)
  }

  /// The tensor that keeps it.
  var declaration: TensorDeclaration {
    TensorDeclaration(Self.tensorName, .float32, [logProbabilities.count])
  }

  static let tensorName = "observed.log_probability"

  func write(to file: AtomicFile) throws { try file.append(values: logProbabilities) }

  /// Reads what `file` keeps of `steps`.
  init(_ file: SafetensorsFile, at steps: [PairStep]) throws {
    self.steps = steps
    logProbabilities = try file.values(Self.tensorName, .float32, as: Float.self)
  }
}
