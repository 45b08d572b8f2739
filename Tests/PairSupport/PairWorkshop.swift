import ByteIO
import PairBuild
import PairShards
import Preferences
import TestSupport

/// A directory with stores and the sets made of them.
public struct PairWorkshop: Sendable {
  public let directory: TemporaryDirectory

  public static let rollouts = "rollouts: {id: id, success: won, task: task, policy: policy, start: [seed]}\n"
  public static let plain = "name: m\n" + rollouts + "strategies: [success_failure]\n"

  public init() throws { directory = try TemporaryDirectory() }

  public func plan(_ stores: [String], _ manifest: String = plain, change: (inout PairPlan.Inputs) -> Void = { _ in })
    async throws -> PairPlan
  {
    var inputs = PairPlan.Inputs(stores: stores)
    change(&inputs)
    return try await PairPlan(PairManifest(bytes: Array(manifest.utf8), file: "m.yaml"), inputs)
  }

  /// Plans, writes and opens.
  public func build(
    _ stores: [String], _ manifest: String = plain, out: String = "out", workers: Int = 1,
    change: (inout PairPlan.Inputs) -> Void = { _ in }
  ) async throws -> PairSet {
    let plan = try await plan(stores, manifest) {
      $0.workers = workers
      change(&$0)
    }
    _ = try await PairBuilder(plan, into: directory(out), workers: workers).run { _ in }
    return try PairSet(directory(out))
  }

  /// SHA-256 by file of everything in `out`.
  public func digests(_ out: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try Directory.names(directory(out)) {
      found[name] = try SHA256Digest.hexadecimal(ofFile: directory(out + "/" + name))
    }
    return found
  }
}
