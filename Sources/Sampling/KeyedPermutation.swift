/// A shuffle of 0..<count that needs no table: every position can be asked alone, both ways.
///
/// A function of count, seed and stream only, in integer arithmetic, and so the same everywhere; what it
/// returns never changes between versions. Counts below 1024 use a swap-or-not network (Hoang, Morris,
/// Rogaway 2012) with 48 rounds and 6 more per bit; larger ones a Feistel network of 12 rounds on a × b ≥
/// count cells that is walked until it ends inside (a, b near √count, so that it seldom walks). Both take
/// O(1) time and memory.
public struct KeyedPermutation: Sendable, Equatable {
  /// The largest number of elements.
  public static let maximumCount = 1 << 40
  /// From here on the Feistel network is used.
  private static let feistelMinimum: UInt64 = 1024
  private static let feistelRounds: UInt64 = 12

  /// The number of elements.
  public let count: Int
  private let mixer: KeyedMixer
  private let size: UInt64
  private let rounds: UInt64
  private let rows: UInt64
  private let columns: UInt64

  /// A shuffle of `count` elements, of which there is one per seed and stream.
  /// - Throws: `badData` unless 1 ≤ count ≤ 2⁴⁰.
  public init(count: Int, seed: UInt64, stream: UInt64) throws(SamplingError) {
    guard (1...Self.maximumCount).contains(count) else {
      throw SamplingError("permutation", "\(count) elements; give 1 to 2^40")
    }
    self.count = count
    size = UInt64(count)
    mixer = KeyedMixer(seed: seed, stream: stream)
    guard size >= Self.feistelMinimum else {
      rounds = count == 1 ? 0 : 48 + 6 * UInt64(UInt64.bitWidth - size.leadingZeroBitCount)
      (rows, columns) = (0, 0)
      return
    }
    rounds = Self.feistelRounds
    var root = UInt64(Double(size).squareRoot())
    while root * root < size { root += 1 }
    while (root - 1) * (root - 1) >= size { root -= 1 }
    rows = root
    columns = (size + root - 1) / root
  }

  /// The element at `position`.
  /// - Precondition: 0 ≤ position < count.
  public subscript(position: Int) -> Int {
    precondition(position >= 0 && position < count, "position outside the permutation")
    var x = UInt64(position)
    if rows == 0 {
      var round: UInt64 = 0
      while round < rounds {
        x = swapped(x, round: round)
        round &+= 1
      }
    } else {
      repeat { x = forward(x) } while x >= size
    }
    return Int(x)
  }

  /// The position at which `element` stands.
  /// - Precondition: 0 ≤ element < count.
  public func position(of element: Int) -> Int {
    precondition(element >= 0 && element < count, "element outside the permutation")
    var x = UInt64(element)
    if rows == 0 {
      var round = rounds
      while round > 0 {
        round &-= 1
        x = swapped(x, round: round)
      }
    } else {
      repeat { x = backward(x) } while x >= size
    }
    return Int(x)
  }

  /// One round of swap-or-not, its own inverse: x trades places with k − x when the pair's coin says so.
  @inline(__always)
  private func swapped(_ x: UInt64, round: UInt64) -> UInt64 {
    let key = mixer.value(0, round, below: size)
    let partner = key >= x ? key &- x : key &+ size &- x
    let coin = mixer.value(round &+ 1, x > partner ? x : partner) >> 63
    return coin == 1 ? partner : x
  }

  /// The Feistel network on rows × columns.
  @inline(__always)
  private func forward(_ cell: UInt64) -> UInt64 {
    var row = cell % rows
    var column = cell / rows
    var round: UInt64 = 0
    while round < Self.feistelRounds {
      row &+= mixer.value(round, column, below: rows)
      if row >= rows { row &-= rows }
      column &+= mixer.value(round &+ 1, row, below: columns)
      if column >= columns { column &-= columns }
      round &+= 2
    }
    return column &* rows &+ row
  }

  @inline(__always)
  private func backward(_ cell: UInt64) -> UInt64 {
    var row = cell % rows
    var column = cell / rows
    var round = Self.feistelRounds
    while round > 0 {
      round &-= 2
      let columnShift = mixer.value(round &+ 1, row, below: columns)
      column = column >= columnShift ? column &- columnShift : column &+ columns &- columnShift
      let rowShift = mixer.value(round, column, below: rows)
      row = row >= rowShift ? row &- rowShift : row &+ rows &- rowShift
    }
    return column &* rows &+ row
  }
}
