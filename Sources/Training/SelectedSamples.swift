public import ByteIO
public import SampleShards

/// Some of a mixture's samples, in the mixture's order.
public struct SelectedSamples: SampleProvider {
  private let samples: any SampleProvider
  private let positions: [Int]
  public let index: MixtureIndex

  /// Keeps the samples of `samples` at `positions`, ascending.
  public init(_ samples: any SampleProvider, _ positions: [Int]) {
    self.samples = samples
    self.positions = positions
    var index = samples.index
    index.sampleCount = positions.count
    self.index = index
  }

  public var path: String { samples.path }
  public var hasSamples: Bool { samples.hasSamples }

  public func samples(at positions: [Int]) throws -> [StoredSample] {
    try samples.samples(at: positions.map { self.positions[$0] })
  }

  public func mixturePosition(of position: Int) -> Int { samples.mixturePosition(of: positions[position]) }

  public func origin(at position: Int) throws -> SampleOrigin { try samples.origin(at: positions[position]) }

  public func instructions() throws -> [Bytes] { try samples.instructions() }

  public func frames(at position: Int) throws -> [[Bytes]] { try samples.frames(at: positions[position]) }
}
