internal import Glibc

extension EpisodeExam {
  mutating func examineStates(_ still: [Bool]) {
    let ids = [
      "step-order", "ldlj", "path-efficiency", "dither", "frozen-state", "rinse", "action-state-lag",
      "action-state-mismatch", "no-motion",
    ]
    guard stateWidth > 0 else { return summary.sheet.skip(ids, .noStates) }
    let moving = (0..<stateWidth).filter { scale.state[$0].isContinuous }
    guard !moving.isEmpty else { return summary.sheet.skip(ids, .nothingMoves) }
    guard count >= 5 else { return summary.sheet.skip(ids, .tooShort) }
    // Positions in typical ranges: [N, moving].
    let width = moving.count
    var x = [Double](repeating: 0, count: count * width)
    for step in 0..<count {
      for (k, d) in moving.enumerated() {
        x[step * width + k] = Double(s[step * stateWidth + d]) / scale.state[d].range
      }
    }
    var speeds = [Double](repeating: 0, count: count - 1)
    for step in 0..<count - 1 { speeds[step] = distance(x, step, step + 1, width) }
    summary.path = speeds.reduce(0, +)
    examineOrder(x, width)
    measureShape(x, speeds, width)
    measureSmoothness(x, speeds, width)
    examineHangs(still)
    examineFollowing()
  }

  private func distance(_ x: [Double], _ i: Int, _ j: Int, _ width: Int) -> Double {
    var sum = 0.0
    for k in 0..<width {
      let difference = x[i * width + k] - x[j * width + k]
      sum += difference * difference
    }
    return sum.squareRoot()
  }

  /// Independent points have three times the energy in second differences that they have in first ones.
  ///
  /// The median over the dimensions counts: one may jump of itself, as a quaternion that changes its sign.
  private mutating func examineOrder(_ x: [Double], _ width: Int) {
    var ratios: [Double] = []
    for k in 0..<width {
      var first = 0.0
      var second = 0.0
      for step in 1..<count {
        let rise = x[step * width + k] - x[(step - 1) * width + k]
        first += rise * rise
        guard step + 1 < count else { continue }
        let bend = x[(step + 1) * width + k] - 2 * x[step * width + k] + x[(step - 1) * width + k]
        second += bend * bend
      }
      if first > 0 { ratios.append(second / Double(count - 2) / (first / Double(count - 1))) }
    }
    let ratio = Robust(ratios)?.median ?? 0
    let mean = summary.path / Double(count - 1)
    judge(
      "step-order", ratio, steps: 0...count - 1, where: mean > 0.05,
      "second differences of the state have \(shown(ratio)) times the energy of the first, at a mean step of "
        + "\(shown(mean)) typical ranges")
  }

  private mutating func measureShape(_ x: [Double], _ speeds: [Double], _ width: Int) {
    let direct = distance(x, 0, count - 1, width)
    if direct > 1e-3 {
      let ratio = summary.path / direct
      judge("path-efficiency", ratio, "the path is \(shown(ratio)) times the way from its first to its last point")
    } else {
      summary.sheet.skip("path-efficiency", .nothingMoves)
    }
    let window = 8
    guard count > window else { return summary.sheet.skip("dither", .tooShort) }
    var flags = [Bool](repeating: false, count: count - window)
    for start in flags.indices {
      let path = speeds[start..<start + window].reduce(0, +)
      flags[start] = path > 0.02 && distance(x, start, start + window, width) < 0.3 * path
    }
    let share = Double(flags.count { $0 }) / Double(flags.count)
    judge("dither", share, steps: extent(flags), "\(shown(100 * share)) % of the windows get nowhere")
  }

  private mutating func measureSmoothness(_ x: [Double], _ speeds: [Double], _ width: Int) {
    let peak = speeds.max() ?? 0
    guard peak > 1e-6 else { return summary.sheet.skip(["ldlj", "rinse"], .nothingMoves) }
    var jerk = 0.0
    for step in 3..<count {
      for k in 0..<width {
        let third =
          x[step * width + k] - 3 * x[(step - 1) * width + k] + 3 * x[(step - 2) * width + k]
          - x[(step - 3) * width + k]
        jerk += third * third
      }
    }
    // With a step as unit of time: T³ / v² · Σ jerk².
    let time = Double(count - 1)
    let ldlj = -log(max(time * time * time / (peak * peak) * jerk, 1e-12))
    judge("ldlj", ldlj, "log dimensionless jerk \(shown(ldlj))")
    let arc = -spectralArcLength(speeds)
    judge("rinse", arc, "spectral arc length \(shown(arc))")
  }

  /// The arc length of the spectrum's magnitude over half of the band, both scaled to 1.
  private func spectralArcLength(_ speeds: [Double]) -> Double {
    let bins = 33
    var magnitudes = [Double](repeating: 0, count: bins)
    for k in 0..<bins {
      let angle = Double.pi / 2 * Double(k) / Double(bins - 1)
      let (turnCos, turnSin) = (cos(angle), sin(angle))
      var (re, im, c, s) = (0.0, 0.0, 1.0, 0.0)
      for value in speeds {
        re += value * c
        im += value * s
        (c, s) = (c * turnCos - s * turnSin, s * turnCos + c * turnSin)
      }
      magnitudes[k] = (re * re + im * im).squareRoot()
    }
    guard magnitudes[0] > 0 else { return 0 }
    let step = 1 / Double(bins - 1)
    return zip(magnitudes.dropFirst(), magnitudes).reduce(0) { sum, pair in
      let rise = (pair.0 - pair.1) / magnitudes[0]
      return sum + (step * step + rise * rise).squareRoot()
    }
  }

  /// Runs of equal states while commands move.
  private mutating func examineHangs(_ still: [Bool]) {
    var longest: ClosedRange<Int>?
    var start = 0
    for step in 1...count {
      let isSame =
        step < count
        && (0..<stateWidth).allSatisfy { s[step * stateWidth + $0] == s[(step - 1) * stateWidth + $0] }
      if isSame { continue }
      let run = start...step - 1
      // Commands of the run's last step may be still; most others must not be.
      let moving = run.count { step in isMoving(step) }
      if run.count > longest?.count ?? 1, 2 * moving > run.count { longest = run }
      start = step
    }
    let length = longest?.count ?? 1
    judge(
      "frozen-state", Double(length), steps: longest,
      "the state stays the same for \(length) steps while the commands move")
  }

  /// Whether the command of `step` moves the robot.
  func isMoving(_ step: Int) -> Bool {
    for d in 0..<actionWidth where scale.isMotion(d) {
      let value = Double(a[step * actionWidth + d])
      let before = Double(a[max(step - 1, 0) * actionWidth + d])
      let amount = scale.isAbsolute(d) ? abs(value - before) : abs(value)
      if amount > 0.01 * scale.action[d].range { return true }
    }
    return false
  }

  private mutating func examineFollowing() {
    let ids = ["action-state-lag", "action-state-mismatch"]
    guard let following = scale.following else { return summary.sheet.skip(ids, .noRelation) }
    guard count >= StateFollowing.leastLength else { return summary.sheet.skip(ids, .tooShort) }
    let profile = following.profile(a, actionWidth, s, stateWidth)
    guard let best = profile.indices.max(by: { profile[$0] < profile[$1] }) else { return }
    let usual = profile[following.shift - StateFollowing.shifts.lowerBound]
    let shift = StateFollowing.shifts.lowerBound + best
    // Turned round, a motion that comes and goes may fit somewhere else.
    summary.fit = -usual > profile[best] ? usual : profile[best]
    let lag = abs(shift - following.shift)
    judge(
      "action-state-lag", profile[best] - usual > 0.3 ? Double(lag) : 0, steps: 0...count - 1,
      "commands fit the state's increments \(shift) steps later with a correlation of \(shown(profile[best])), "
        + "\(following.shift) steps later, as in the dataset, with \(shown(usual))")
  }
}
