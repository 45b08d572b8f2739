internal import CTorch
internal import Glibc
public import Ranks
internal import TensorFiles

/// Processes that train together: each computes its own part, and sums are taken over all (c10d's gloo).
@safe
public final class ProcessGroup {
  private let handle: OpaquePointer
  public let rank: Int
  public let world: Int

  /// Joins the ranks that meet where `place` says, and returns when all are there.
  ///
  /// `timeout` is the longest, in seconds, that a rank is waited for, here and in every sum.
  ///
  /// - Throws: `TorchError` where one does not come, or nobody listens.
  public init(_ place: RankPlace, timeout: Double = 3600) throws(TorchError) {
    rank = place.rank
    world = place.world
    var group: OpaquePointer?
    let (serves, prefix) =
      switch place.store {
      case .firstRank: (place.rank == 0, "ranks")
      case .agent(let attempt): (false, "ranks/\(attempt)")
      }
    do {
      try unsafe checked("join ranks") { error in
        unsafe ctorch_group_join(
          place.host, place.port, serves, prefix, Int32(place.rank), Int32(place.world), timeout, &group, error)
      }
    } catch {
      throw TorchError(
        .ranksMissing(
          "rank \(place.rank) of \(place.world) did not meet the others at \(place.host):\(place.port) (\(error))"),
        operation: "join ranks")
    }
    guard let group = unsafe group else { throw TorchError(.refused("no group was made"), operation: "join ranks") }
    unsafe handle = unsafe group
  }

  deinit { unsafe ctorch_group_free(handle) }

  /// Sums each of `tensors` over all ranks, in place; every rank gives as many of the same types and shapes.
  ///
  /// - Throws: `TorchError` where a rank is gone; the tensors are then of no use.
  public func sum(_ tensors: [Tensor]) throws(TorchError) {
    try unsafe checked("sum over ranks") { error in
      unsafe withTensors(tensors) { unsafe ctorch_group_sum(handle, $0, error) }
    }
  }

  /// Replaces each of `tensors` by its mean over all ranks, as ``sum(_:)`` sums.
  public func average(_ tensors: [Tensor]) throws(TorchError) {
    try sum(tensors)
    for tensor in tensors { try withoutGradient { () throws(TorchError) in try tensor.multiply(1 / Double(world)) } }
  }

  /// Waits until every rank is here.
  public func meet() throws(TorchError) { try sum([Tensor.full([], 0, .float64)]) }

  /// Finds out which ranks are gone, once a sum has failed; those that are left find the same.
  ///
  /// Each says in the store that it is here, after it has closed its connections, so that all others fail too and come
  /// here. Who is not here, and has not said for `seconds` that it lives, is gone; rank 0, which holds the store or
  /// dies with its agent, is when the store is.
  public func missingRanks(within seconds: Double = 3) -> [Int] {
    unsafe ctorch_group_close(handle)
    guard set("here/\(rank)") else { return [0] }
    let start = ContinuousClock.now
    var absent = Set(0..<world)
    var first: [Int: Int64] = [:]
    for other in 0..<world { first[other] = beats(other) }
    while !absent.isEmpty, (ContinuousClock.now - start) / .seconds(1) < seconds {
      for other in absent {
        guard let isHere = has("here/\(other)") else { return [0] }
        if isHere { absent.remove(other) }
      }
      usleep(20_000)
    }
    var missing: [Int] = []
    for other in absent.sorted() {
      guard let beats = beats(other) else { return [0] }
      if beats == first[other] { missing.append(other) }
    }
    _ = set("told/\(rank)")
    if rank == 0 {  // The store is here: it stays until the others have asked.
      let lastCall = ContinuousClock.now
      while (ContinuousClock.now - lastCall) / .seconds(1) < seconds + 1 {
        if (0..<world).allSatisfy({ missing.contains($0) || has("told/\($0)") ?? true }) { break }
        usleep(20_000)
      }
    }
    return missing
  }

  /// Asks the system to end this process when the one that started it ends.
  public static func followParent() { ctorch_follow_parent() }

  private func set(_ key: String) -> Bool {
    (try? unsafe checked("set") { error in unsafe ctorch_group_set(handle, key, error) }) != nil
  }

  private func beats(_ rank: Int) -> Int64? {
    var count: Int64 = 0
    let isKnown: Void? = try? unsafe checked("look up") { error in
      unsafe ctorch_group_beats(handle, Int32(rank), &count, error)
    }
    return isKnown == nil ? nil : count
  }

  private func has(_ key: String) -> Bool? {
    var found = false
    guard (try? unsafe checked("look up") { error in unsafe ctorch_group_has(handle, key, &found, error) }) != nil
    else {
      return nil
    }
    return found
  }
}
