/// Which shared parameters add up to the value of a cell.
public struct CellTerms: Sendable {
  /// The number of parameters.
  public let parameters: Int
  /// The parameters of each cell, [2400][2 or 3].
  private let indices: [Int]
  private let width: Int

  /// A bigram table for each position, shared by all prompts, and for each prompt a term by position and token.
  ///
  /// 150 + 480 = 630 parameters: what policies are made of, and the wide reward model.
  public static let wide = CellTerms(parameters: 630, width: 2) { prompt, context, token in
    let position = Task.place(of: context).position
    return [
      context * Task.vocabulary + token,
      Task.cellsPerPrompt + (prompt * Task.length + position) * Task.vocabulary + token,
    ]
  }

  /// A term by position and token, one by prompt and token, and one bigram table: the terms of the true reward.
  ///
  /// 30 + 96 + 36 = 162 parameters, and one more that is always 0: the first token has no bigram.
  public static let narrow = CellTerms(parameters: 163, width: 3) { prompt, context, token in
    let (position, previous) = Task.place(of: context)
    return [
      position * Task.vocabulary + token, 30 + prompt * Task.vocabulary + token,
      previous.map { 126 + $0 * Task.vocabulary + token } ?? 162,
    ]
  }

  private init(parameters: Int, width: Int, _ terms: (Int, Int, Int) -> [Int]) {
    self.parameters = parameters
    self.width = width
    indices = (0..<Task.cells).flatMap { cell in
      terms(
        cell / Task.cellsPerPrompt, cell % Task.cellsPerPrompt / Task.vocabulary, cell % Task.vocabulary)
    }
  }

  /// The values of all cells, [2400].
  public func table(_ values: [Double]) -> [Double] {
    var table = [Double](repeating: 0, count: Task.cells)
    for cell in 0..<Task.cells {
      for term in cell * width..<(cell + 1) * width { table[cell] += values[indices[term]] }
    }
    return table
  }

  /// The derivative by the parameters, from that by the cells.
  public func pullBack(_ cells: [Double]) -> [Double] {
    var gradient = [Double](repeating: 0, count: parameters)
    for cell in 0..<Task.cells where cells[cell] != 0 {
      for term in cell * width..<(cell + 1) * width { gradient[indices[term]] += cells[cell] }
    }
    return gradient
  }
}
