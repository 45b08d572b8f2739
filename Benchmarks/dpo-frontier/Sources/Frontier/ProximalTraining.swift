internal import Glibc

/// PPO, due to Schulman and others (2017), on answers drawn from the policy.
///
/// A token's reward is −β·(log π − log ρ), the last one's also the answer's score. An advantage is what is still to
/// come, less its mean over the other answers to the prompt at that position; the batch's are scaled to deviation 1.
/// Each batch is used in four steps, with the ratio clipped to 1 ± 0.2. There is no value function to learn.
struct ProximalTraining {
  /// The reward that is pursued, [16][7776].
  let scores: [[Double]]
  let beta: Double
  /// Answers a batch, a multiple of sixteen and at least two per prompt.
  let samples: Int

  private static let passes = 4
  private static let clip = 0.2

  /// Trains from the reference and hands over the policy after each logged batch.
  func train(_ world: World, sweep: Sweep, generator: SplitMix, log: (Int, Policy) -> Void) {
    var generator = generator
    var parameters = world.reference.parameters
    var adam = Adam(rate: sweep.learningRate / Double(Self.passes), parameters: parameters.count)
    var policy = world.reference
    for step in 1...sweep.steps {
      let batch = self.batch(of: policy, world: world, from: &generator)
      let old = policy.logProbabilities
      for _ in 0..<Self.passes {
        var cells = [Double](repeating: 0, count: Task.cells)
        let ratios = zip(policy.logProbabilities, old).map { exp($0 - $1) }
        for (cell, advantage) in zip(batch.cells, batch.advantages) {
          let ratio = ratios[cell]
          let isClipped = advantage > 0 ? ratio > 1 + Self.clip : ratio < 1 - Self.clip
          if !isClipped { cells[cell] -= ratio * advantage / Double(samples) }
        }
        adam.step(&parameters, gradient: policy.gradient(ofWeighted: cells))
        policy = Policy(parameters)
      }
      if sweep.logged.contains(step) { log(step, policy) }
    }
  }

  /// Tokens as cells, and their advantages.
  private func batch(
    of policy: Policy, world: World, from generator: inout SplitMix
  ) -> (cells: [Int], advantages: [Double]) {
    let sampler = Policy.Sampler(policy)
    let perPrompt = samples / Task.prompts
    var cells: [Int] = []
    var advantages: [Double] = []
    cells.reserveCapacity(samples * Task.length)
    advantages.reserveCapacity(samples * Task.length)
    for prompt in 0..<Task.prompts {
      var sums = [Double](repeating: 0, count: Task.length)
      let start = advantages.count
      for _ in 0..<perPrompt {
        let answer = sampler.answer(prompt: prompt, from: &generator)
        var returns = [Double](repeating: 0, count: Task.length)
        var toCome = scores[prompt][answer]
        for position in stride(from: Task.length - 1, through: 0, by: -1) {
          let cell = prompt * Task.cellsPerPrompt + Task.answerCells[answer * Task.length + position]
          toCome -= beta * (policy.logProbabilities[cell] - world.reference.logProbabilities[cell])
          returns[position] = toCome
        }
        for position in 0..<Task.length {
          cells.append(prompt * Task.cellsPerPrompt + Task.answerCells[answer * Task.length + position])
          advantages.append(returns[position])
          sums[position] += returns[position]
        }
      }
      // x − mean of the others = (x·n − sum) / (n − 1).
      let n = Double(perPrompt)
      for place in start..<advantages.count {
        advantages[place] = (advantages[place] * n - sums[(place - start) % Task.length]) / (n - 1)
      }
    }
    var squares = 0.0
    for advantage in advantages { squares += advantage * advantage }
    let scale = 1 / max(sqrt(squares / Double(advantages.count)), 1e-9)
    return (cells, advantages.map { $0 * scale })
  }
}
