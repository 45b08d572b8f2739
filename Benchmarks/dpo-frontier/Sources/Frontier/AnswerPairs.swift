/// Two answers to one prompt, the chosen one having the higher true reward.
public struct AnswerPair: Sendable, Equatable {
  public var prompt: Int
  public var chosen: Int
  public var rejected: Int

  /// Pairs from the reference: for every prompt `draws` times four answers and all pairs of them, six unless answers
  /// are alike.
  public static func drawn(in world: World, draws: Int, from generator: inout SplitMix) -> [AnswerPair] {
    let sampler = Policy.Sampler(world.reference)
    var pairs: [AnswerPair] = []
    for _ in 0..<draws {
      for prompt in 0..<Task.prompts {
        let answers = (0..<4).map { _ in sampler.answer(prompt: prompt, from: &generator) }
        let rewards = world.rewards[prompt]
        for first in 0..<3 {
          for second in first + 1..<4 where rewards[answers[first]] != rewards[answers[second]] {
            let isOrdered = rewards[answers[first]] > rewards[answers[second]]
            pairs.append(
              AnswerPair(
                prompt: prompt, chosen: answers[isOrdered ? first : second],
                rejected: answers[isOrdered ? second : first]))
          }
        }
      }
    }
    return pairs
  }
}

/// Batches of pairs, in a new order each time all have been seen.
struct PairBatches {
  private let pairs: [AnswerPair]
  private var order: [Int] = []
  private var generator: SplitMix

  init(_ pairs: [AnswerPair], from generator: SplitMix) {
    self.pairs = pairs
    self.generator = generator
  }

  /// The next `count` pairs.
  mutating func next(_ count: Int) -> [AnswerPair] {
    var batch: [AnswerPair] = []
    while batch.count < count {
      if order.isEmpty { order = generator.shuffled(Array(pairs.indices)) }
      if let index = order.popLast() { batch.append(pairs[index]) }
    }
    return batch
  }
}
