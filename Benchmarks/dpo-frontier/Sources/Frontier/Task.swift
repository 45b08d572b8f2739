/// The shape of the task: sixteen prompts, answers of five tokens from a vocabulary of six.
///
/// A *context* is what the next token depends on: the position and, from the second on, the token before. A *cell* is
/// a prompt, a context and a token; every answer to a prompt has one cell per token. Policies, reward models and the
/// true reward are all tables over cells, so that everything can be enumerated.
public enum Task {
  public static let prompts = 16
  public static let vocabulary = 6
  public static let length = 5
  /// 6⁵ answers per prompt.
  public static let answers = 7776
  /// One for the first token, six for each of the others.
  public static let contexts = 1 + (length - 1) * vocabulary
  /// Cells of one prompt.
  public static let cellsPerPrompt = contexts * vocabulary
  /// Cells of all prompts.
  public static let cells = prompts * cellsPerPrompt

  /// The tokens of answer `answer`, its first token being the highest digit in base six.
  public static func tokens(of answer: Int) -> [Int] {
    var rest = answer
    var tokens = [Int](repeating: 0, count: length)
    for position in stride(from: length - 1, through: 0, by: -1) {
      tokens[position] = rest % vocabulary
      rest /= vocabulary
    }
    return tokens
  }

  /// The context at `position` after the token `previous`, which plays no part at position 0.
  public static func context(position: Int, previous: Int) -> Int {
    position == 0 ? 0 : 1 + (position - 1) * vocabulary + previous
  }

  /// The position of a context and the token before it, none at position 0.
  public static func place(of context: Int) -> (position: Int, previous: Int?) {
    context == 0 ? (0, nil) : (1 + (context - 1) / vocabulary, (context - 1) % vocabulary)
  }

  /// The cells of every answer within its prompt, [7776 · 5].
  public static let answerCells: [Int] = (0..<answers).flatMap { answer in
    let tokens = Task.tokens(of: answer)
    return (0..<length).map { position in
      context(position: position, previous: position == 0 ? 0 : tokens[position - 1]) * vocabulary + tokens[position]
    }
  }

  /// The sum over its cells of every answer to `prompt`, [7776].
  public static func sums(of table: [Double], prompt: Int) -> [Double] {
    var sums = [0.0]
    for position in 0..<length {
      var longer = [Double]()
      longer.reserveCapacity(sums.count * vocabulary)
      for (prefix, sum) in sums.enumerated() {
        let context = context(position: position, previous: prefix % vocabulary)
        let first = prompt * cellsPerPrompt + context * vocabulary
        for token in 0..<vocabulary { longer.append(sum + table[first + token]) }
      }
      sums = longer
    }
    return sums
  }

  /// The sum over its cells of one answer.
  public static func sum(of table: [Double], prompt: Int, answer: Int) -> Double {
    let first = prompt * cellsPerPrompt
    var sum = 0.0
    for position in 0..<length { sum += table[first + answerCells[answer * length + position]] }
    return sum
  }
}
