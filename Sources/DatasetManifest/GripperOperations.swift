/// Turns continuous gripper values into open (1) and closed (0), looking ahead for values in between.
///
/// Above 0.95 is open, below 0.05 closed. Walking from the last step to the first, a value in between takes the
/// state that comes next; before any state was met that is the raw last value, as in the reference.
func binarizedGripper(_ values: [Double]) -> [Double] {
  let open = Double(Float(0.95))
  let closed = Double(Float(0.05))
  guard var state = values.last else { return [] }
  var result = values
  for step in values.indices.reversed() {
    let value = values[step]
    if value > open {
      state = 1
    } else if value < closed {
      state = 0
    }
    result[step] = state
  }
  return result
}

/// Turns relative gripper commands (+1 closes, −1 opens) into the state: open 1, closed 0.
///
/// A command counts beyond ±0.1. Until the first command the gripper is in the state opposite to what that one
/// brings; without any command it is open.
func absoluteGripper(_ values: [Double], kind: NumberKind) -> [Double] {
  let threshold = kind == .float32 ? Double(Float(0.1)) : 0.1
  let commands = values.map { $0 < -threshold ? 1.0 : $0 > threshold ? -1.0 : 0.0 }
  var state = commands.first { $0 != 0 }.map { -$0 } ?? 1
  return commands.map { command in
    if command != 0 { state = command }
    return state / 2 + 0.5
  }
}
