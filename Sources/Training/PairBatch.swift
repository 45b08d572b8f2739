internal import PairShards
internal import Preferences

/// A step of an episode that a side of a pair counts.
struct PairStep: Hashable, Sendable {
  /// The episode's number in the set, and the step within it.
  let episode: Int
  let step: Int
  /// Its number among all kept steps of the set.
  let row: Int
}

/// The pairs of a batch, and the distinct steps that they count: a step that several pairs share goes through the model
/// once.
struct PairBatch: Sendable {
  /// One pair; its sides are places in ``steps``.
  struct Entry: Sendable {
    let id: UInt64
    let chosen: [Int]
    let rejected: [Int]
    let weight: Double
    let margin: Double
  }

  private(set) var entries: [Entry] = []
  private(set) var steps: [PairStep] = []
  /// The tokens of a step that count.
  let tokensPerStep: Int

  /// Gathers the pairs of `set` at `positions`.
  ///
  /// - Throws: `TrainingError` for a side without a step that counts; what reading the set throws.
  /// - Complexity: O(steps).
  init(_ set: PairSet, _ positions: [Int], tokensPerStep: Int) throws {
    self.tokensPerStep = tokensPerStep
    var places: [Int: Int] = [:]
    for position in positions {
      let pair = try set.pair(position)
      func side(_ side: PairRow.Side) throws -> [Int] {
        let episode = try set.episode(side.episode)
        let counted = zip(side.steps, side.mask).filter { $0.1 == 1 }.map { $0.0 }
        guard !counted.isEmpty else {
          throw TrainingError(place: "\(set.path): pair \(pair.name)", "a side has no step that counts; pair again")
        }
        return counted.map { step in
          let row = episode.stepRow(step)
          if let place = places[row] { return place }
          places[row] = steps.count
          steps.append(PairStep(episode: side.episode, step: step, row: row))
          return steps.count - 1
        }
      }
      entries.append(
        Entry(
          id: pair.id, chosen: try side(pair.chosen), rejected: try side(pair.rejected), weight: Double(pair.weight),
          margin: Double(pair.margin)))
    }
  }

  /// The pairs as the objective takes them, from the log-probabilities of ``steps`` under the policy and its reference.
  func pairs(policy: [Double], reference: [Double]) -> [PreferenceObjective.Pair<Double>] {
    entries.map { entry in
      func sum(_ side: [Int], _ values: [Double]) -> Double { side.reduce(0) { $0 + values[$1] } }
      return PreferenceObjective.Pair(
        policyChosen: sum(entry.chosen, policy), policyRejected: sum(entry.rejected, policy),
        referenceChosen: sum(entry.chosen, reference), referenceRejected: sum(entry.rejected, reference),
        chosenTokens: entry.chosen.count * tokensPerStep, rejectedTokens: entry.rejected.count * tokensPerStep,
        weight: entry.weight, margin: entry.margin)
    }
  }

  /// The steps of chosen sides.
  var chosenSteps: [PairStep] {
    var seen: Set<Int> = []
    return entries.flatMap(\.chosen).filter { seen.insert($0).inserted }.map { steps[$0] }
  }

  /// The derivative of the objective by each step's log-probability, [steps].
  func gradients(_ evaluation: PreferenceObjective.Evaluation<Double>) -> [Double] {
    var gradients = [Double](repeating: 0, count: steps.count)
    for (index, entry) in entries.enumerated() {
      for place in entry.chosen { gradients[place] += evaluation.chosenGradient[index] }
      for place in entry.rejected { gradients[place] += evaluation.rejectedGradient[index] }
    }
    return gradients
  }
}
