import ArgumentParser
import ByteIO
import CommandLineStage
import MixtureBuild
import Sampling

/// The manifest of a mixture and where its stores lie.
struct MixtureArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("A mixture's manifest, or its name in manifests/mixtures.", valueName: "manifest"))
  var manifest: String

  @Option(
    help: ArgumentHelp(
      "A directory in which stores lie under their datasets' names, where the manifest has no `stores`.",
      valueName: "dir"))
  var stores: [String] = []

  /// Reads the manifest.
  func read() throws -> MixtureManifest {
    if ManifestSearch.isFile(manifest) { return try MixtureManifest(path: manifest) }
    if let file = ManifestSearch.file(manifest, of: "mixtures") { return try MixtureManifest(path: file) }
    let places = ManifestSearch.directories(of: "mixtures")
    let known = places.flatMap { (try? Directory.names($0)) ?? [] }
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    throw MixtureError.unknownMixture(manifest, places: places, known: known.sorted())
  }

  /// Plans the mixture on its stores.
  func plan() throws -> MixturePlan {
    try MixturePlan(read(), lookup: ProcessEnvironment.variable, storeDirectories: StoreSearch.directories(stores))
  }
}
