internal import Glibc

/// An autoregressive policy whose next token depends on the prompt, the position and the token before.
public struct Policy: Sendable {
  /// The logits' parameters, [630], as `CellTerms.wide` has them.
  public let parameters: [Double]
  /// log π(token | prompt, context), [2400].
  public let logProbabilities: [Double]

  public init(_ parameters: [Double]) {
    self.parameters = parameters
    var table = CellTerms.wide.table(parameters)
    for first in stride(from: 0, to: Task.cells, by: Task.vocabulary) {
      var highest = table[first]
      for token in 1..<Task.vocabulary { highest = max(highest, table[first + token]) }
      var total = 0.0
      for token in 0..<Task.vocabulary { total += exp(table[first + token] - highest) }
      let logTotal = highest + log(total)
      for token in 0..<Task.vocabulary { table[first + token] -= logTotal }
    }
    logProbabilities = table
  }

  /// A drawn policy: every logit parameter normal with deviation `scale`.
  public init(scale: Double, from generator: inout SplitMix) {
    self.init((0..<CellTerms.wide.parameters).map { _ in scale * generator.normal() })
  }

  /// log π(answer | prompt).
  public func logProbability(prompt: Int, answer: Int) -> Double {
    Task.sum(of: logProbabilities, prompt: prompt, answer: answer)
  }

  /// The gradient by the parameters of Σ weight · log π(token | context), from the weights gathered by cell [2400].
  ///
  /// By a logit of the context it is weight − (the context's weights summed) · π(token).
  public func gradient(ofWeighted weights: [Double]) -> [Double] {
    var cells = weights
    for first in stride(from: 0, to: Task.cells, by: Task.vocabulary) {
      var total = 0.0
      for token in 0..<Task.vocabulary { total += weights[first + token] }
      for token in 0..<Task.vocabulary { cells[first + token] -= total * exp(logProbabilities[first + token]) }
    }
    return CellTerms.wide.pullBack(cells)
  }

  /// Draws answers from the policy.
  public struct Sampler: Sendable {
    /// Σ π up to and with each token of its context, [2400].
    private let cumulative: [Double]

    public init(_ policy: Policy) {
      var cumulative = policy.logProbabilities.map { exp($0) }
      for cell in 0..<Task.cells where cell % Task.vocabulary != 0 { cumulative[cell] += cumulative[cell - 1] }
      self.cumulative = cumulative
    }

    /// One answer to `prompt`.
    public func answer(prompt: Int, from generator: inout SplitMix) -> Int {
      var answer = 0
      var previous = 0
      for position in 0..<Task.length {
        let context = Task.context(position: position, previous: previous)
        let first = prompt * Task.cellsPerPrompt + context * Task.vocabulary
        let draw = generator.uniform()
        var token = 0
        while token < Task.vocabulary - 1, draw >= cumulative[first + token] { token += 1 }
        answer = answer * Task.vocabulary + token
        previous = token
      }
      return answer
    }
  }
}
