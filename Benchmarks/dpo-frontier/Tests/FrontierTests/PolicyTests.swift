import Glibc
import Testing

@testable import Frontier

struct PolicyTests {
  @Test func `every answer has its own tokens and cells`() {
    // 7775 = 5·(6⁴ + 6³ + 6² + 6 + 1); 1866 = 1·1296 + 2·216 + 3·36 + 5·6 + 0.
    #expect(Task.tokens(of: 7775) == [5, 5, 5, 5, 5])
    #expect(Task.tokens(of: 1866) == [1, 2, 3, 5, 0])
    // Contexts 0, 1+1, 7+2, 13+3, 19+5; a cell is 6·context + token.
    #expect(Array(Task.answerCells[1866 * 5..<1867 * 5]) == [1, 14, 57, 101, 144])
    var different: Set<[Int]> = []
    for answer in 0..<Task.answers {
      let first = answer * Task.length
      different.insert(Array(Task.answerCells[first..<first + Task.length]))
    }
    #expect(different.count == 7776)
  }

  @Test func `sums by prefix equal sums by cell`() {
    let table = (0..<Task.cells).map { Double($0 * 7919 % 1009) }
    let sums = Task.sums(of: table, prompt: 11)
    #expect(sums.count == 7776)
    #expect((0..<Task.answers).allSatisfy { sums[$0] == Task.sum(of: table, prompt: 11, answer: $0) })
  }

  @Test func `the probabilities of all answers add up to one`() {
    var generator = SplitMix(seed: 5, stream: 0)
    let policy = Policy(scale: 1, from: &generator)
    let total = Task.sums(of: policy.logProbabilities, prompt: 3).reduce(0) { $0 + exp($1) }
    #expect(abs(total - 1) < 1e-12)
  }

  @Test func `the gradient of log-probabilities agrees with finite differences`() {
    var generator = SplitMix(seed: 6, stream: 0)
    let policy = Policy(scale: 0.8, from: &generator)
    var cells = [Double](repeating: 0, count: Task.cells)
    let weighted = [(2, 1866, 1.5), (2, 4021, -0.7), (9, 1866, 0.4)]
    for (prompt, answer, weight) in weighted { cells.add(weight, prompt: prompt, answer: answer) }
    let gradient = policy.gradient(ofWeighted: cells)
    func value(_ parameters: [Double]) -> Double {
      let policy = Policy(parameters)
      return weighted.reduce(0) { $0 + $1.2 * policy.logProbability(prompt: $1.0, answer: $1.1) }
    }
    for index in policy.parameters.indices {
      var (more, less) = (policy.parameters, policy.parameters)
      more[index] += 1e-5
      less[index] -= 1e-5
      #expect(abs((value(more) - value(less)) / 2e-5 - gradient[index]) < 1e-8, "parameter \(index)")
    }
    #expect(gradient.contains { abs($0) > 0.1 })
  }

  @Test func `a sampler draws tokens as often as the policy has them`() {
    var generator = SplitMix(seed: 7, stream: 0)
    let policy = Policy(scale: 0.8, from: &generator)
    let sampler = Policy.Sampler(policy)
    var counts = [Int](repeating: 0, count: Task.vocabulary)
    for _ in 0..<20_000 { counts[Task.tokens(of: sampler.answer(prompt: 4, from: &generator))[0]] += 1 }
    for token in 0..<Task.vocabulary {
      // Five standard errors of a share of 20,000 are at most 5·√(¼/20000) = 0.018.
      let expected = exp(policy.logProbabilities[4 * Task.cellsPerPrompt + token])
      #expect(abs(Double(counts[token]) / 20_000 - expected) < 0.018)
    }
  }

  @Test func `the divergence of a policy that differs in one token is that token's`() {
    // Only the first token's logits differ from the reference's, for all prompts: log 3 for token 0. The reference has
    // 1/6 each; the policy 3/8 and 1/8 five times. KL = 3/8·log(9/4) + 5/8·log(3/4) = 0.3040988 − 0.1798013.
    let reference = Policy([Double](repeating: 0, count: 630))
    var parameters = reference.parameters
    parameters[0] = log(3.0)
    // The reward is 1 where the first token is 0: 3/8 of the time.
    let rewards = (0..<Task.prompts).map { _ in (0..<Task.answers).map { $0 < 1296 ? 1.0 : 0.0 } }
    let standing = World(reference: reference, rewards: rewards).standing(of: Policy(parameters))
    #expect(abs(standing.divergence - 0.124_297_5) < 1e-6)
    let expected: Double = 3.0 / 8 * log(9.0 / 4) + 5.0 / 8 * log(3.0 / 4)
    #expect(abs(standing.divergence - expected) < 1e-12)
    #expect(abs(standing.reward - 0.375) < 1e-12)
  }
}
