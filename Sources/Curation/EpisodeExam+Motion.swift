internal import Glibc

extension EpisodeExam {
  /// For each step whether the command and the state stand still.
  func stillness() -> [Bool] {
    var still = [Bool](repeating: true, count: count)
    for step in 0..<count {
      still[step] = isCommandStill(step) && isStateStill(step)
    }
    return still
  }

  /// Whether the command of `step` moves nothing: relative ones are null, others as before.
  private func isCommandStill(_ step: Int) -> Bool {
    for d in 0..<actionWidth where scale.action[d].range > 0 {
      let value = Double(a[step * actionWidth + d])
      let before = Double(a[max(step - 1, 0) * actionWidth + d])
      if scale.isMotion(d) {
        let limit = 1e-3 * scale.action[d].range
        let isNull = !scale.isAbsolute(d) && abs(value) <= limit
        let isSame = (scale.isAbsolute(d) || scale.absolute == nil) && abs(value - before) <= limit && step > 0
        if !isNull, !isSame { return false }
      } else if abs(value - before) > 1e-3 * scale.action[d].range {
        return false
      }
    }
    return true
  }

  /// Whether the state moves by less than a thousandth of its range to the next step, or, at the end, from the one before.
  private func isStateStill(_ step: Int) -> Bool {
    guard stateWidth > 0, count > 1 else { return true }
    let from = min(step, count - 2)
    for d in 0..<stateWidth where scale.state[d].range > 0 {
      let change = Double(s[(from + 1) * stateWidth + d]) - Double(s[from * stateWidth + d])
      if abs(change) > 1e-3 * scale.state[d].range { return false }
    }
    return true
  }

  mutating func examineIdleness(_ still: [Bool]) {
    let count = count
    let idle = runs(still)
    let share = Double(still.count { $0 }) / Double(count)
    let longest = idle.max { $0.count < $1.count }
    judge("idle", share, steps: longest, "\(shown(100 * share)) % of the steps are idle")
    let head = idle.first.flatMap { $0.lowerBound == 0 ? $0 : nil }
    let tail = idle.last.flatMap { $0.upperBound == count - 1 ? $0 : nil }
    let padding = [head, tail].compactMap(\.self).max { $0.count < $1.count }
    let padded = head == tail ? head?.count ?? 0 : (head?.count ?? 0) + (tail?.count ?? 0)
    judge(
      "idle-padding", Double(padded) / Double(count), steps: padding,
      "\(padded) of \(count) steps at the ends are idle")
    var cut = [Bool](repeating: false, count: count)
    for run in idle where run.count >= 7 { for step in run { cut[step] = true } }
    if cut.contains(true) {
      for piece in runs(cut.map { !$0 }) where piece.count < 16 { for step in piece { cut[step] = true } }
    }
    let lost = Double(cut.count { $0 }) / Double(count)
    judge("keep-ranges", lost, steps: extent(cut), "an idle filter leaves out \(shown(100 * lost)) % of the steps")
    examineNoOps()
  }

  /// OpenVLA's rule for LIBERO: a null motion with the gripper as before.
  private mutating func examineNoOps() {
    let motion = (0..<actionWidth).filter { $0 != scale.gripper && !scale.isAbsolute($0) }
    guard scale.absolute != nil else { return summary.sheet.skip("no-op", .noDeclaration) }
    guard !motion.isEmpty else { return summary.sheet.skip("no-op", .absoluteActions) }
    var flags = [Bool](repeating: false, count: count)
    for step in 0..<count {
      var sum = 0.0
      for d in motion { sum += Double(a[step * actionWidth + d]) * Double(a[step * actionWidth + d]) }
      let isSame = scale.gripper.map { step == 0 || a[step * actionWidth + $0] == a[(step - 1) * actionWidth + $0] }
      flags[step] = sum.squareRoot() < 1e-4 && (isSame ?? true)
    }
    let share = Double(flags.count { $0 }) / Double(count)
    let longest = runs(flags).max { $0.count < $1.count }
    judge("no-op", share, steps: longest, "\(shown(100 * share)) % of the steps do nothing")
  }

  mutating func examineCommands() {
    let motion = (0..<actionWidth).filter { scale.isMotion($0) }
    guard !motion.isEmpty else {
      return summary.sheet.skip(["saturation", "action-jump", "glitch", "noise", "jerk"], .nothingMoves)
    }
    examineSaturation(motion)
    examineJumps(motion)
    if count >= 7 { examineGlitches(motion) } else { summary.sheet.skip("glitch", .tooShort) }
    if count >= 5 { measureNoise(motion) } else { summary.sheet.skip(["noise", "jerk"], .tooShort) }
  }

  private mutating func examineSaturation(_ motion: [Int]) {
    var held = [Bool](repeating: false, count: count)
    var dimension = 0
    for d in motion {
      let usual = scale.action[d]
      var start = 0
      while start < count {
        let value = a[start * actionWidth + d]
        var end = start + 1
        while end < count, a[end * actionWidth + d] == value { end += 1 }
        let x = Double(value)
        let isEdge = x >= usual.high - 0.02 * usual.range || x <= usual.low + 0.02 * usual.range
        if end - start >= 3, isEdge, x != 0 {
          for step in start..<end { held[step] = true }
          dimension = d
        }
        start = end
      }
    }
    let share = Double(held.count { $0 }) / Double(count)
    let longest = runs(held).max { $0.count < $1.count }
    judge(
      "saturation", share, steps: longest,
      "\(shown(100 * share)) % of the steps hold a command at the edge, among them dimension \(dimension)")
  }

  private mutating func examineJumps(_ motion: [Int]) {
    let threshold = selection.threshold(of: CheckCatalog.all[ScoreSheet.place("action-jump")])
    var flags = [Bool](repeating: false, count: count)
    var worst = (value: 0.0, dimension: 0)
    for d in motion {
      for step in stride(from: 1, to: count, by: 1) {
        let change =
          abs(Double(a[step * actionWidth + d]) - Double(a[(step - 1) * actionWidth + d])) / scale.action[d].range
        if change > worst.value { worst = (change, d) }
        if change > threshold { flags[step] = true }
      }
    }
    judgeRuns("action-jump", flags, score: worst.value) { run in
      "action dimension \(worst.dimension) jumps by up to \(shown(worst.value)) typical ranges at \(shown(run))"
    }
  }

  private mutating func examineGlitches(_ motion: [Int]) {
    let threshold = selection.threshold(of: CheckCatalog.all[ScoreSheet.place("glitch")])
    var flags = [Bool](repeating: false, count: count)
    var worst = (value: 0.0, dimension: 0)
    var window = [Float](repeating: 0, count: 7)
    for d in motion {
      let range = scale.action[d].range
      var away = [Bool](repeating: false, count: count)
      var deviations = [Double](repeating: 0, count: count)
      for step in 0..<count {
        let first = min(max(step - 3, 0), count - 7)
        for k in 0..<7 { window[k] = a[(first + k) * actionWidth + d] }
        for i in 1..<7 {  // Insertion sort.
          let value = window[i]
          var j = i
          while j > 0, window[j - 1] > value {
            window[j] = window[j - 1]
            j -= 1
          }
          window[j] = value
        }
        deviations[step] = abs(Double(a[step * actionWidth + d]) - Double(window[3])) / range
        away[step] = deviations[step] > threshold
      }
      for run in runs(away) where run.count <= 3 && run.lowerBound > 0 && run.upperBound < count - 1 {
        for step in run { flags[step] = true }
      }
      for step in stride(from: 1, to: count - 1, by: 1) where deviations[step] > worst.value {
        worst = (deviations[step], d)
      }
    }
    if !flags.contains(true) { worst.value = min(worst.value, threshold) }
    judgeRuns("glitch", flags, score: worst.value) { run in
      "action dimension \(worst.dimension) leaves its course by up to \(shown(worst.value)) typical ranges at "
        + "\(shown(run)) and comes back"
    }
  }

  private mutating func measureNoise(_ motion: [Int]) {
    var residual = 0.0
    var total = 0.0
    var jerk = 0.0
    for d in motion {
      let scale = 1 / scale.action[d].range
      var mean = 0.0
      for step in 0..<count { mean += Double(a[step * actionWidth + d]) }
      mean /= Double(count)
      for step in 0..<count {
        let x = Double(a[step * actionWidth + d])
        var around = 0.0
        let window = max(step - 2, 0)...min(step + 2, count - 1)
        for i in window { around += Double(a[i * actionWidth + d]) }
        let rest = (x - around / Double(window.count)) * scale
        residual += rest * rest
        total += (x - mean) * (x - mean) * scale * scale
        if step >= 3 {
          let third =
            x - 3 * Double(a[(step - 1) * actionWidth + d]) + 3 * Double(a[(step - 2) * actionWidth + d])
            - Double(a[(step - 3) * actionWidth + d])
          jerk += third * third * scale * scale
        }
      }
    }
    guard total > 0 else { return summary.sheet.skip(["noise", "jerk"], .nothingMoves) }
    judge("noise", residual / total, "\(shown(100 * residual / total)) % of the variation is gone after averaging")
    summary.jerk = 0.5 * log(max(jerk / Double((count - 3) * motion.count), 1e-18))
  }

  mutating func examineGripper() {
    let count = count
    guard let gripper = scale.gripper else {
      return summary.sheet.skip(["gripper-chatter", "gripper-inert"], .noGripper)
    }
    let usual = scale.action[gripper]
    let middle = (usual.low + usual.high) / 2
    var flips = [Bool](repeating: false, count: count)
    for step in stride(from: 1, to: count, by: 1) where usual.high > usual.low {
      let now = Double(a[step * actionWidth + gripper]) > middle
      flips[step] = now != (Double(a[(step - 1) * actionWidth + gripper]) > middle)
    }
    let number = flips.count { $0 }
    judge(
      "gripper-chatter", Double(number) / Double(count), steps: extent(flips), where: number >= 6,
      "the gripper's command turns \(number) times in \(count) steps")
  }
}
