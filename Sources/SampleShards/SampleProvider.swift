public import ByteIO
internal import TensorFiles

/// Where a reader takes the samples of a mixture from: its shards, or the stores that its plan draws from.
///
/// Providers of one plan give equal samples.
public protocol SampleProvider: Sendable {
  /// The mixture's directory.
  var path: String { get }
  var index: MixtureIndex { get }
  /// Whether samples can be read; a mixture that is a plan only has none of its own.
  var hasSamples: Bool { get }

  /// The samples at `positions`, in this order.
  ///
  /// May be called by several tasks at a time.
  /// - Precondition: every position lies in `0..<count`.
  /// - Throws: errors with the file at fault.
  func samples(at positions: [Int]) throws -> [StoredSample]

  /// The place in the whole mixture of the sample at `position`, for people.
  func mixturePosition(of position: Int) -> Int

  /// Where the sample at `position` comes from, without its content.
  ///
  /// - Throws: errors with the file at fault.
  func origin(at position: Int) throws -> SampleOrigin

  /// The texts of all files that samples are read from, each at least once; a plan's may hold some of no sample.
  ///
  /// - Throws: errors with the file at fault.
  func instructions() throws -> [Bytes]

  /// The frames of the sample at `position` alone: as `StoredSample.frames`.
  ///
  /// - Throws: errors with the file at fault.
  func frames(at position: Int) throws -> [[Bytes]]
}

extension SampleProvider {
  public func mixturePosition(of position: Int) -> Int { position }

  /// The number of samples.
  public var count: Int { index.sampleCount }
}

/// The step that a sample was made of.
public struct SampleOrigin: Hashable, Sendable {
  public var datasetIndex: UInt16
  public var episodeOrdinal: UInt64
  public var stepIndex: UInt32

  public init(datasetIndex: UInt16, episodeOrdinal: UInt64, stepIndex: UInt32) {
    self.datasetIndex = datasetIndex
    self.episodeOrdinal = episodeOrdinal
    self.stepIndex = stepIndex
  }
}

/// One sample as a mixture keeps it; W, K, A, P as in the layout.
public struct StoredSample: Sendable {
  /// Normalised actions, [K, A].
  public var action: [Float]
  /// Their bins, [K, A].
  public var actionBins: Bytes
  /// 0 where an action is padding, [K].
  public var actionValid: Bytes
  /// Normalised states, [W, P]; empty where there are none.
  public var proprio: [Float]
  /// 0 where an observation is padding, [W]; empty for W = 1.
  public var observationValid: Bytes
  /// The step of the goal; nil without goals.
  public var goalStep: UInt32?
  /// The instruction as UTF-8, empty where there is none.
  public var instruction: Bytes
  /// Where it comes from.
  public var datasetIndex: UInt16
  public var episodeOrdinal: UInt64
  public var stepIndex: UInt32
  /// The frames of each picture of the layout, oldest first, in the mixture's form.
  public var frames: [[Bytes]]
  /// What errors call it: the file that it was read from, and which of that file's samples it is.
  public var file: String
  public var name: String

  public init(
    action: [Float], actionBins: Bytes, actionValid: Bytes, proprio: [Float], observationValid: Bytes,
    goalStep: UInt32?, instruction: Bytes, datasetIndex: UInt16, episodeOrdinal: UInt64, stepIndex: UInt32,
    frames: [[Bytes]], file: String, name: String
  ) {
    self.action = action
    self.actionBins = actionBins
    self.actionValid = actionValid
    self.proprio = proprio
    self.observationValid = observationValid
    self.goalStep = goalStep
    self.instruction = instruction
    self.datasetIndex = datasetIndex
    self.episodeOrdinal = episodeOrdinal
    self.stepIndex = stepIndex
    self.frames = frames
    self.file = file
    self.name = name
  }
}

extension SampleSet: SampleProvider {
  public var hasSamples: Bool { !index.shards.isEmpty }

  public func samples(at positions: [Int]) throws -> [StoredSample] {
    let layout = index.layout
    let nothing = Bytes([])
    return try positions.map { position in
      let (number, sample) = place(of: position)
      let shard = try shard(number)
      return StoredSample(
        action: try shard.floats("action", sample: sample), actionBins: try shard.bytes("action_bin", sample: sample),
        actionValid: try shard.bytes("action_valid", sample: sample),
        proprio: layout.proprioDimension > 0 ? try shard.floats("proprio", sample: sample) : [],
        observationValid: layout.window > 1 ? try shard.bytes("observation_valid", sample: sample) : nothing,
        goalStep: layout.hasGoal ? try shard.bytes("goal.step", sample: sample).integer(at: 0) : nil,
        instruction: shard.instruction(sample) ?? nothing, datasetIndex: shard.datasetIndex[sample],
        episodeOrdinal: shard.episodeOrdinal[sample], stepIndex: shard.stepIndex[sample],
        frames: frames(shard, sample), file: shard.file.path, name: "sample \(sample)")
    }
  }

  public func origin(at position: Int) throws -> SampleOrigin {
    let (number, sample) = place(of: position)
    let shard = try shard(number)
    return SampleOrigin(
      datasetIndex: shard.datasetIndex[sample], episodeOrdinal: shard.episodeOrdinal[sample],
      stepIndex: shard.stepIndex[sample])
  }

  public func instructions() throws -> [Bytes] {
    var texts: [Bytes] = []
    for number in index.shards.indices { texts += try shard(number).instructions }
    return texts
  }

  public func frames(at position: Int) throws -> [[Bytes]] {
    let (number, sample) = place(of: position)
    return try frames(shard(number), sample)
  }

  private func frames(_ shard: SampleShard, _ sample: Int) -> [[Bytes]] {
    index.layout.pictures.map { picture, count in
      (0..<count).map { shard.frame(picture, sample: sample, window: $0) }
    }
  }
}
