/// Finds outlines that may be near each other without comparing all with all.
struct OutlineGrid {
  /// The means over each eighth of an outline's values, [count].
  private let means: [SIMD8<Float>]
  /// The four eighths whose means vary most; cells are cubes in these.
  private let axes: [Int]
  private let reach: Float
  private let cellSize: Float
  private var cells: [SIMD4<Int32>: [Int32]] = [:]

  /// An outline is compared with at most so many earlier ones, the latest first.
  private static let candidateLimit = 4096

  /// Prepares for `outlines`, of which those within a root mean square difference of `reach` are to be found.
  init(reach: Float, _ outlines: [[Int16]]) {
    self.reach = reach
    cellSize = max(reach * 2.8285, 1)  // A mean over an eighth differs by at most √8 times the whole.
    var means: [SIMD8<Float>] = []
    means.reserveCapacity(outlines.count)
    for outline in outlines {
      var row = SIMD8<Float>()
      for part in 0..<8 {
        let range = part * outline.count / 8..<(part + 1) * outline.count / 8
        var sum = 0
        for i in range { sum += Int(outline[i]) }
        row[part] = range.isEmpty ? 0 : Float(sum) / Float(range.count)
      }
      means.append(row)
    }
    let count = Float(max(outlines.count, 1))
    let variances = (0..<8).map { part -> Float in
      let values = means.map { $0[part] }
      let mean = values.reduce(0, +) / count
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    axes = Array((0..<8).sorted { (-variances[$0], $0) < (-variances[$1], $1) }.prefix(4))
    self.means = means
  }

  /// Adds outline `number` and returns those added before that may be near it, ascending.
  mutating func insert(_ number: Int) -> [Int] {
    let cell = SIMD4<Int32>(
      (0..<4).map { Int32(clamping: Int((means[number][axes[$0]] / cellSize).rounded(.down))) })
    var found: [Int] = []
    var looked = 0
    for offset in 0..<81 {
      let shift = SIMD4<Int32>(
        Int32(offset % 3 - 1), Int32(offset / 3 % 3 - 1), Int32(offset / 9 % 3 - 1), Int32(offset / 27 - 1))
      guard let members = cells[cell &+ shift] else { continue }
      for other in members.suffix(max(Self.candidateLimit - looked, 0)) where areNear(number, Int(other)) {
        found.append(Int(other))
      }
      looked += members.count
    }
    cells[cell, default: []].append(Int32(number))
    return found.sorted()
  }

  private func areNear(_ a: Int, _ b: Int) -> Bool {
    let difference = means[a] - means[b]
    let sum = (difference * difference).sum()
    // Parts differ in size by one value: a little more than the bound.
    return sum <= 8 * reach * reach * 1.1
  }

  /// The root mean square difference of two outlines, in typical ranges.
  static func distance(_ a: [Int16], _ b: [Int16]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += Double((Int(x) - Int(y)) * (Int(x) - Int(y))) }
    return (sum / Double(max(a.count, 1))).squareRoot() / 1000
  }
}
