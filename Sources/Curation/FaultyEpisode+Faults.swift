internal import EpisodeStore
internal import ImageCodec

extension FaultyEpisode {
  /// Puts `fault` in, and returns the steps at which it shows.
  ///
  /// - Precondition: ``FaultFit`` says that it can be.
  mutating func apply(
    _ fault: Fault, _ scale: DatasetScale, source: FaultyEpisode?, shortLength: Int, colour: [Int],
    _ random: inout FaultRandom
  ) throws -> ClosedRange<Int> {
    let last = count - 1
    let motion = (0..<actionWidth).filter { scale.isMotion($0) }
    let all = 0...last
    switch fault {
    case .nanAction, .infAction:
      let step = random.integer(in: 0..<count)
      a[step * actionWidth + random.integer(in: 0..<actionWidth)] = fault == .nanAction ? .nan : .infinity
      return step...step
    case .brokenFlags:
      let step = random.integer(in: 1..<last)
      isLast[step] = 1
      return step...step
    case .duplicateEpisode, .nearDuplicate:
      if let source { self = source }
      if fault == .nearDuplicate { addNoise(0.004, scale, motion, states: true, &random) }
      return 0...count - 1
    case .emptyInstruction:
      instructions = []
      instructionIndex = instructionIndex.map { _ in -1 }
    case .placeholderInstruction:
      instructions = [Array("default".utf8)]
      instructionIndex = instructionIndex.map { _ in 0 }
    case .truncatedEpisode:
      take(Array(0..<shortLength))
      return 0...count - 1
    case .idlePadding:
      let length = count
      take(Array(0..<length) + [Int](repeating: last, count: length))
      for step in length..<2 * length {
        for d in motion where !scale.isAbsolute(d) { a[step * actionWidth + d] = 0 }
      }
      return length...2 * length - 1
    case .saturatedAction:
      let d = motion[random.integer(in: 0..<motion.count)]
      let held = max(4, (count + 1) / 2)
      let start = random.integer(in: 0..<count - held + 1)
      for step in start..<start + held { a[step * actionWidth + d] = Float(scale.action[d].high) }
      return start...start + held - 1
    case .actionSpike:
      let d = motion[random.integer(in: 0..<motion.count)]
      let step = random.integer(in: 3..<last - 2)
      a[step * actionWidth + d] += Float(6 * scale.action[d].range)
      return step...step
    case .roughAction: addNoise(3, scale, motion, states: false, &random)
    case .flippedAction:
      for step in all { for d in motion { a[step * actionWidth + d] *= -1 } }
    case .actionLag: delay(4, motion)
    case .shuffledTime:
      var order = Array(all)
      random.shuffle(&order)
      let terminal = isTerminal
      take(order)
      isTerminal = terminal
    case .deadDimension:
      let d = motion[random.integer(in: 0..<motion.count)]
      for step in all { a[step * actionWidth + d] = Float(scale.action[d].center) }
    case .wrongUnit:
      for step in all { for d in motion { a[step * actionWidth + d] *= 57.29578 } }
    case .inertGripper:
      guard let d = scale.gripper else { break }
      for step in all { a[step * actionWidth + d] = a[d] }
    case .chatteringGripper:
      guard let d = scale.gripper else { break }
      for step in all {
        a[step * actionWidth + d] = Float(step % 2 == 0 ? scale.action[d].high : scale.action[d].low)
      }
    case .frozenState:
      let start = random.integer(in: 0..<count - 11)
      for step in start + 1..<start + 12 {
        for d in 0..<stateWidth { s[step * stateWidth + d] = s[start * stateWidth + d] }
      }
      return start...start + 11
    case .staleStatistics: break
    default: return try applyToFrames(fault, colour, &random)
    }
    return 0...count - 1
  }

  /// `colour` are the places of the colour views among the pictures.
  private mutating func applyToFrames(
    _ fault: Fault, _ colour: [Int], _ random: inout FaultRandom
  ) throws -> ClosedRange<Int> {
    let number = fault == .movedCamera ? colour[0] : colour[random.integer(in: 0..<colour.count)]
    let all = 0...count - 1
    func map(_ image: Raster<UInt8>, _ change: (UInt8) -> UInt8) throws -> Raster<UInt8> {
      try Raster(shape: image.shape, samples: image.samples.map(change))
    }
    switch fault {
    case .undecodableImage:
      guard case .encoded(var frames) = pictures[number] else { break }
      let step = random.integer(in: 0..<count)
      frames[step] = Array(frames[step].prefix(frames[step].count / 2))
      pictures[number] = .encoded(frames)
      return step...step
    case .missingImage:
      guard case .encoded(var frames) = pictures[number] else { break }
      let length = max(2, (count + 4) / 5)
      let start = random.integer(in: 0..<count - length + 1)
      for step in start..<start + length { frames[step] = [] }
      pictures[number] = .encoded(frames)
      return start...start + length - 1
    case .zeroFrames:
      let start = random.integer(in: 0..<count - 2)
      try changeFrames(number, start...start + 2) { try map($0) { _ in 0 } }
      return start...start + 2
    case .blackCamera: try changeFrames(number, all) { try map($0) { $0 / 64 + 1 } }
    case .overexposedCamera: try changeFrames(number, all) { try map($0) { 255 - (255 - $0) / 64 } }
    case .blurredCamera: try changeFrames(number, all) { try Self.blurred($0, reach: 4) }
    case .frozenCamera:
      let length = max(6, count * 3 / 5)
      let start = random.integer(in: 0..<count - length + 1)
      let order = all.map { $0 >= start && $0 < start + length ? start : $0 }
      pictures[number] = pictures[number].taking(order)
      return start...start + length - 1
    case .swappedCameras:
      let other = colour[(colour.firstIndex(of: number).map { $0 + 1 } ?? 0) % colour.count]
      let sizes = (try size(number), try size(other))
      pictures.swapAt(number, other)
      try resize(number, to: sizes.0)
      try resize(other, to: sizes.1)
    case .movedCamera:
      try changeFrames(number, all) { image in
        var samples: [UInt8] = []
        samples.reserveCapacity(image.samples.count)
        for pixel in stride(from: image.samples.count - image.channels, through: 0, by: -image.channels) {
          samples += image.samples[pixel..<pixel + image.channels]
        }
        return try Raster(shape: image.shape, samples: samples)
      }
    case .frameSize:
      let now = try size(number)
      try resize(number, to: ImageSize(height: now.height, width: max(1, now.width * 3 / 4)))
    default: break
    }
    return all
  }

  private func size(_ number: Int) throws -> ImageSize {
    var copy = self
    var found = ImageSize(height: 1, width: 1)
    try copy.changeFrames(number, 0..<1) { image in
      found = ImageSize(height: image.height, width: image.width)
      return image
    }
    return found
  }

  private mutating func resize(_ number: Int, to size: ImageSize) throws {
    try changeFrames(number, 0..<count) { image in
      try ResizePlan(.bilinear, from: ImageSize(height: image.height, width: image.width), to: size).resize(image)
    }
  }

  /// Noise that is spread evenly in ± `amount` typical ranges times √3.
  private mutating func addNoise(
    _ amount: Double, _ scale: DatasetScale, _ motion: [Int], states: Bool, _ random: inout FaultRandom
  ) {
    for step in 0..<count {
      for d in motion {
        a[step * actionWidth + d] += Float(1.732 * amount * scale.action[d].range * random.unit())
      }
      for d in 0..<(states ? stateWidth : 0) where scale.state[d].isContinuous {
        s[step * stateWidth + d] += Float(1.732 * amount * scale.state[d].range * random.unit())
      }
    }
  }

  private mutating func delay(_ steps: Int, _ motion: [Int]) {
    let before = a
    for step in 0..<count {
      for d in motion { a[step * actionWidth + d] = before[max(step - steps, 0) * actionWidth + d] }
    }
  }

  /// The mean of each pixel's surroundings, `reach` pixels far, along rows and then columns.
  private static func blurred(_ image: Raster<UInt8>, reach: Int) throws -> Raster<UInt8> {
    let (height, width, channels) = (image.height, image.width, image.channels)
    func pass(_ samples: [UInt8], _ length: Int, _ step: Int, _ starts: [Int]) -> [UInt8] {
      var out = samples
      for start in starts {
        for i in 0..<length {
          let window = max(i - reach, 0)...min(i + reach, length - 1)
          var sum = 0
          for j in window { sum += Int(samples[start + j * step]) }
          out[start + i * step] = UInt8(sum / window.count)
        }
      }
      return out
    }
    let rows = (0..<height).flatMap { y in (0..<channels).map { y * width * channels + $0 } }
    let columns = Array(0..<width * channels)
    let once = pass(image.samples, width, channels, rows)
    return try Raster(shape: image.shape, samples: pass(once, height, width * channels, columns))
  }
}
