/// Which state dimension moves with which command, and after how many steps.
struct StateFollowing: Sendable {
  /// A command and the state that follows it best.
  struct Pair: Sendable {
    let action: Int
    let state: Int
    /// Of the correlation.
    let sign: Double
  }

  /// Shifts that are tried: the increment from step t + shift to the next against the command of step t.
  static let shifts = -5...5
  /// Episodes of fewer steps are not assessed.
  static let leastLength = 14

  let pairs: [Pair]
  /// The shift at which commands fit best.
  let shift: Int
  /// How well commands fit the increments, and the states themselves, at their best: means over the pairs.
  let incrementFit: Double
  let positionFit: Double

  /// nil where no state follows any command.
  init?(
    _ store: StoreContents, sample: [Int], action: [DatasetScale.Dimension], state: [DatasetScale.Dimension],
    gripper: Int?
  ) throws {
    let commands = action.indices.filter { $0 != gripper && action[$0].isContinuous }
    let states = state.indices.filter { state[$0].isContinuous }
    guard !commands.isEmpty, !states.isEmpty else { return nil }
    let shiftCount = Self.shifts.count
    var sums = [Double](repeating: 0, count: commands.count * states.count * shiftCount)
    var positions = [Double](repeating: 0, count: commands.count * states.count)
    var count = 0
    for number in sample {
      let place = store.places[number]
      guard place.steps.count >= Self.leastLength, count < 128 else { continue }
      let a = try store.actions(place)
      let s = try store.states(place)
      guard a.allSatisfy(\.isFinite), s.allSatisfy(\.isFinite) else { continue }
      count += 1
      for (i, d) in commands.enumerated() {
        let command = Self.column(a, d, store.actionWidth)
        for (j, e) in states.enumerated() {
          let position = Self.column(s, e, store.stateWidth)
          for (k, shift) in Self.shifts.enumerated() {
            let r = Self.fit(command, Self.increments(position), shift)
            sums[(i * states.count + j) * shiftCount + k] += r
          }
          positions[i * states.count + j] += correlation(command, position) ?? 0
        }
      }
    }
    guard count > 0 else { return nil }
    var pairs: [Pair] = []
    var profile = [Double](repeating: 0, count: shiftCount)
    var position = 0.0
    for (i, d) in commands.enumerated() {
      var best = (state: 0, shift: 0, value: 0.0)
      for j in states.indices {
        // Small shifts first: of a regular motion, others fit as well.
        for shift in Self.shifts.sorted(by: { (abs($0), $0) < (abs($1), $1) }) {
          let k = shift - Self.shifts.lowerBound
          let value = sums[(i * states.count + j) * shiftCount + k] / Double(count)
          if abs(value) > abs(best.value) + 0.02 { best = (j, k, value) }
        }
      }
      guard abs(best.value) >= 0.3 else { continue }
      let sign = best.value < 0 ? -1.0 : 1
      pairs.append(Pair(action: d, state: states[best.state], sign: sign))
      for k in 0..<shiftCount {
        profile[k] += sign * sums[(i * states.count + best.state) * shiftCount + k] / Double(count)
      }
      position += abs(positions[i * states.count + best.state]) / Double(count)
    }
    guard !pairs.isEmpty, let top = profile.indices.max(by: { profile[$0] < profile[$1] }) else { return nil }
    self.pairs = pairs
    shift = Self.shifts.lowerBound + top
    incrementFit = profile[top] / Double(pairs.count)
    positionFit = position / Double(pairs.count)
  }

  /// How well an episode's commands fit the increments of the states at each shift.
  func profile(_ a: [Float], _ actionWidth: Int, _ s: [Float], _ stateWidth: Int) -> [Double] {
    var profile = [Double](repeating: 0, count: Self.shifts.count)
    for pair in pairs {
      let command = Self.column(a, pair.action, actionWidth)
      let increments = Self.increments(Self.column(s, pair.state, stateWidth))
      for (k, shift) in Self.shifts.enumerated() {
        profile[k] += pair.sign * Self.fit(command, increments, shift) / Double(pairs.count)
      }
    }
    return profile
  }

  private static func fit(_ command: [Double], _ increments: [Double], _ shift: Int) -> Double {
    let first = max(0, -shift)
    let last = min(command.count, increments.count - shift)
    guard last - first >= 6 else { return 0 }
    return correlation(Array(command[first..<last]), Array(increments[first + shift..<last + shift])) ?? 0
  }

  private static func column(_ rows: [Float], _ column: Int, _ width: Int) -> [Double] {
    stride(from: column, to: rows.count, by: width).map { Double(rows[$0]) }
  }

  private static func increments(_ position: [Double]) -> [Double] {
    zip(position.dropFirst(), position).map { $0 - $1 }
  }
}
