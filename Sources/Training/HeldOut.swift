internal import ByteIO
public import SampleShards

/// The rule that keeps some episodes of a mixture back from training, for evaluation.
///
/// An episode, or a group of episodes such as those of one start, is held out when a digest of its name falls below the
/// share: whatever else the mixture holds, it stays on its side.
public struct HeldOut: Equatable, Sendable {
  /// The share of episodes, or groups, that is held out, in 0…1.
  public var share: Double
  /// The group that each episode belongs to: an SQL expression over the stores' catalogs, such as
  /// `metadata ->> 'init_seed'`; `nil` where each episode stands alone.
  public var group: String?

  public init(share: Double, group: String? = nil) {
    self.share = share
    self.group = group
  }

  /// Splits `samples`; `groups` names the group of each episode that has one, by entry and ordinal.
  ///
  /// - Throws: what reading origins throws; `TrainingError` where a side would be empty.
  /// - Complexity: O(samples).
  public func split(
    _ samples: any SampleProvider, groups: [[Int: String]] = []
  ) throws -> (training: SelectedSamples, heldOut: SelectedSamples) {
    var (training, heldOut): ([Int], [Int]) = ([], [])
    var known: [Episode: Bool] = [:]
    for position in 0..<samples.count {
      let origin = try samples.origin(at: position)
      let episode = Episode(entry: Int(origin.datasetIndex), ordinal: Int(origin.episodeOrdinal))
      let isHeldOut: Bool
      if let decided = known[episode] {
        isHeldOut = decided
      } else {
        let dataset = samples.index.entries[episode.entry].dataset
        let name = groups.indices.contains(episode.entry) ? groups[episode.entry][episode.ordinal] : nil
        isHeldOut = holdsOut(name.map { "\(dataset) group \($0)" } ?? "\(dataset) episode \(episode.ordinal)")
        known[episode] = isHeldOut
      }
      if isHeldOut { heldOut.append(position) } else { training.append(position) }
    }
    for (name, positions) in [("training", training), ("evaluation", heldOut)] where positions.isEmpty {
      throw TrainingError(
        .usage, place: samples.path,
        "holding out \(share) of \(known.count) episodes leaves none for \(name); choose another share")
    }
    return (SelectedSamples(samples, training), SelectedSamples(samples, heldOut))
  }

  private struct Episode: Hashable {
    let entry: Int
    let ordinal: Int
  }

  /// Whether what is called `name` is held out.
  func holdsOut(_ name: String) -> Bool {
    let digest = SHA256Digest.hexadecimal(of: Array(name.utf8))
    let value = digest.prefix(8).reduce(UInt32(0)) { $0 << 4 | UInt32($1.hexDigitValue ?? 0) }
    return Double(value) < share * 4_294_967_296
  }
}
