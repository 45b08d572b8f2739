internal import ByteIO
internal import JSON
internal import ManifestSyntax
internal import Sampling

/// How many samples each entry gives: weights, epoch length, quotas.
struct MixtureAmounts {
  /// The share of the samples that each weight asks for.
  let shares: [Double]
  /// The samples of each entry.
  let quotas: [Int]
  /// The samples of one epoch, nil where nothing measures one and the amount is a number.
  let epochSampleCount: Int?

  /// Computes them; `sizes` are the transitions of each entry before any filter, `drawable` whether it has any frame.
  ///
  /// - Throws: `SamplingError`, `MixtureError`, `ManifestError`.
  init(_ manifest: MixtureManifest, sizes: [Int], lookup: (String) -> String?, drawable: [Bool]) throws {
    let scheme: MixtureWeights.Scheme =
      switch manifest.weighting {
      case .openvla: .openvla
      case .absolute: .absolute
      case .uniform: .uniform
      case .temperature(let temperature): .temperature(temperature)
      case .file(let path): .given(try Self.given(path.expanded(lookup), manifest))
      }
    let weights = zip(manifest.entries, drawable).map { $1 ? $0.weight : 0 }
    let mixture: MixtureWeights
    do { mixture = try MixtureWeights(scheme, weights: weights, sizes: sizes) } catch {
      throw MixtureError("\(manifest.file): \(error)")
    }
    shares = mixture.shares
    var epoch: Int?
    do { epoch = try mixture.datasetLength(primaries: manifest.epochEntries) } catch {
      if case .epochs = manifest.amount { throw MixtureError("\(manifest.file): \(error)") }
    }
    epochSampleCount = epoch
    do {
      let total = try manifest.amount.sampleCount(epochLength: epoch ?? 0)
      quotas = try Quotas(sampleCount: total, weights: mixture.shares).counts
    } catch { throw MixtureError("\(manifest.file): \(error)") }
  }

  /// The weights of a JSON file, an object from dataset to weight.
  private static func given(_ path: String, _ manifest: MixtureManifest) throws -> [Double] {
    let root = try JSONNode(file: path)
    var weights: [String: Double] = [:]
    for (name, node) in try root.members() {
      let weight = try node.double()
      guard weight >= 0, weight.isFinite else { throw node.failure(.notA("a weight of 0 or more")) }
      weights[name] = weight
    }
    var given: [Double] = []
    for entry in manifest.entries {
      guard let weight = weights[entry.name] else { throw root.failure(.missing(entry.name)) }
      given.append(weight)
    }
    return given
  }
}
