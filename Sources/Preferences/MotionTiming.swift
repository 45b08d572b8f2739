/// Whether actions belong to the step before which they are kept, or to the one before: a shift by one that some recorders
/// make, and that states give away.
///
/// For the first columns of actions and states, the correlation of action t with the motion that follows, state t+1 − state
/// t, against that with the motion before, state t − state t−1. Relative actions follow the first; where the second is
/// clearly larger, frames may have been kept after the step was made.
public struct MotionTiming: Sendable, Equatable {
  /// The columns that are looked at: those of a position.
  static let columns = 3

  private struct Sums: Sendable, Equatable {
    var count = 0.0
    var (x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)

    mutating func add(_ a: Double, _ b: Double) {
      count += 1
      x += a
      y += b
      xx += a * a
      yy += b * b
      xy += a * b
    }

    mutating func add(_ other: Sums) {
      count += other.count
      x += other.x
      y += other.y
      xx += other.xx
      yy += other.yy
      xy += other.xy
    }

    var correlation: Double {
      let divisor = ((count * xx - x * x) * (count * yy - y * y)).squareRoot()
      return divisor > 0 ? (count * xy - x * y) / divisor : 0
    }

    static func == (a: Sums, b: Sums) -> Bool {
      (a.count, a.x, a.y, a.xx, a.yy, a.xy) == (b.count, b.x, b.y, b.xx, b.yy, b.xy)
    }
  }

  private var following = [Sums](repeating: Sums(), count: Self.columns)
  private var preceding = [Sums](repeating: Sums(), count: Self.columns)

  public init() {}

  /// Takes in an episode: actions [N, A] and states [N, P]; nothing where they have fewer than three columns.
  public mutating func add(
    actions: [Float], actionDimension: Int, states: [Float], stateDimension: Int, stepCount: Int
  ) {
    guard actionDimension >= Self.columns, stateDimension >= Self.columns, stepCount >= 3 else { return }
    for column in 0..<Self.columns {
      func state(_ step: Int) -> Double { Double(states[step * stateDimension + column]) }
      for step in 1..<stepCount - 1 {
        let action = Double(actions[step * actionDimension + column])
        guard action.isFinite, state(step - 1).isFinite, state(step).isFinite, state(step + 1).isFinite else {
          continue
        }
        following[column].add(action, state(step + 1) - state(step))
        preceding[column].add(action, state(step) - state(step - 1))
      }
    }
  }

  /// Adds what another one took in.
  public mutating func add(_ other: MotionTiming) {
    for column in 0..<Self.columns {
      following[column].add(other.following[column])
      preceding[column].add(other.preceding[column])
    }
  }

  /// The mean correlations over the columns.
  public var followingCorrelation: Double { following.reduce(0) { $0 + $1.correlation } / Double(Self.columns) }
  public var precedingCorrelation: Double { preceding.reduce(0) { $0 + $1.correlation } / Double(Self.columns) }

  /// Whether actions go with the motion before them, clearly more than with the one that follows.
  public var isShifted: Bool {
    (following.first?.count ?? 0) >= 16 && precedingCorrelation > followingCorrelation + 0.1
      && precedingCorrelation > 0.3
  }
}
