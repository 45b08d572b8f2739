// swift-tools-version: 6.2

import PackageDescription

/// Every Swift target: memory safety spelled out, warnings are errors, imports are explicit.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Tests: as above without `unsafe` markers, which would only blur them.
let testSettings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Set to 1, the package leaves out what needs libtorch: the model and its training.
let withTorch = Context.environment["ARMATURE_WITHOUT_TORCH"] != "1"

/// The folder that `Scripts/torch` fills with libtorch.
///
/// A constant on purpose: SwiftPM caches the evaluated manifest.
let torch = Context.environment["TORCH_PREFIX"] ?? Context.packageDirectory + "/.torch"

let torchTargets: [Target] = [
  .target(
    name: "CTorch",
    cxxSettings: [
      // c10d's gloo is inside libtorch; see forward/gloo.
      .headerSearchPath("forward"), .define("USE_C10D_GLOO"),
      .unsafeFlags(["-isystem", torch + "/include", "-isystem", torch + "/include/torch/csrc/api/include"]),
    ],
    linkerSettings: [
      // The second path is that of an installed program.
      .unsafeFlags([
        "-L" + torch + "/lib", "-Xlinker", "-rpath", "-Xlinker", torch + "/lib", "-Xlinker", "-rpath", "-Xlinker",
        "$ORIGIN/../lib/armature",
      ]),
      .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
    ]),
  .target(name: "Torch", dependencies: ["CTorch", "Ranks", "ByteIO", "TensorFiles"], swiftSettings: settings),
  .target(
    name: "VLA",
    dependencies: [
      "Torch", "Checkpoints", "PolicyImages", "TextTokens", "SampleShards", "Actions", "ImageCodec", "ByteIO", "JSON",
      "TensorFiles",
    ],
    swiftSettings: settings),
  .target(
    name: "Training",
    dependencies: [
      "VLA", "Torch", "Ranks", "RunLog", "Checkpoints", "PolicyImages", "TextTokens", "SampleShards", "PairShards",
      "Preferences", "Sampling", "Actions", "ImageCodec", "ManifestSyntax", "TensorFiles", "ByteIO", "JSON",
    ],
    swiftSettings: settings),
  .executableTarget(
    name: "Train",
    dependencies: [
      "Training", "VLA", "Torch", "Ranks", "RunLog", "Checkpoints", "PolicyImages", "SampleShards", "PairShards",
      "MixtureBuild", "EpisodeStore",
      "Sampling", "DatasetManifest", "ImageCodec", "ManifestSyntax", "TensorFiles", "ByteIO", "JSON",
      "CommandLineStage",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: settings),
  .testTarget(
    name: "VLATests",
    dependencies: [
      "VLA", "Torch", "Checkpoints", "TextTokens", "Actions", "ByteIO", "JSON", "TensorFiles", "TestSupport",
    ],
    swiftSettings: testSettings),
  .testTarget(
    name: "TrainingTests",
    dependencies: [
      "Training", "VLA", "Torch", "Ranks", "RunLog", "Checkpoints", "SampleShards", "PairShards",
      "Preferences", "MixtureSupport", "PairSupport", "Actions", "ByteIO", "JSON", "ManifestSyntax", "TensorFiles",
      "TextTokens", "ImageCodec", "TestSupport",
    ],
    swiftSettings: testSettings),
  .testTarget(
    name: "TorchTests", dependencies: ["Torch", "ByteIO", "TensorFiles", "TestSupport"], swiftSettings: testSettings),
]

/// Set to 1, the package has what `Fuzz/run` builds, which needs libFuzzer.
let withFuzz = Context.environment["ARMATURE_FUZZ"] == "1"

let fuzzTargets: [Target] = [
  .executableTarget(
    name: "Fuzz",
    dependencies: [
      "ByteIO", "JSON", "TFRecord", "RLDS", "TensorFiles", "HDF5", "DemoFiles", "DatasetManifest",
    ],
    path: "Fuzz", exclude: ["corpus", "demonstration.hdf5", "run"], swiftSettings: settings)
]

let package = Package(
  name: "armature",
  products: [
    .executable(name: "armature", targets: ["armature"]),
    .executable(name: "armature-rlds", targets: ["RLDSReader"]),
    .executable(name: "armature-curate", targets: ["Curate"]),
    .executable(name: "armature-mixture", targets: ["Mixture"]),
    .executable(name: "armature-prefs", targets: ["Prefs"]),
    .library(name: "Preferences", targets: ["Preferences"]),
  ] + (withTorch ? [.executable(name: "armature-train", targets: ["Train"])] : []),
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CISAL", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .target(name: "CProtobufC", exclude: ["example.proto"], linkerSettings: [.linkedLibrary("protobuf-c")]),
    .target(
      name: "CImage",
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png16"), .linkedLibrary("isal")]),
    .target(
      name: "ByteIO",
      dependencies: ["CISAL", "CZlib", "CZstd", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: settings),
    .target(
      name: "CSentencePiece",
      linkerSettings: [
        .linkedLibrary("sentencepiece"), .linkedLibrary("sentencepiece_train"),
        .unsafeFlags(["-Xlinker", "--export-dynamic-symbol=FLAGS_minloglevel"]),
      ]),
    .target(name: "Workers", swiftSettings: settings),
    .target(name: "Ranks", dependencies: ["ByteIO"], swiftSettings: settings),
    .target(name: "JSON", dependencies: ["ByteIO"], swiftSettings: settings),
    .target(name: "TensorFiles", dependencies: ["ByteIO", "JSON"], swiftSettings: settings),
    .target(name: "TFRecord", dependencies: ["ByteIO", "CProtobufC"], swiftSettings: settings),
    .target(name: "ImageCodec", dependencies: ["ByteIO", "CImage"], swiftSettings: settings),
    .target(
      name: "RLDS", dependencies: ["ByteIO", "JSON", "TFRecord", "TensorFiles", "ImageCodec"], swiftSettings: settings),
    .target(name: "HDF5", dependencies: ["CHDF5", "ByteIO", "TensorFiles"], swiftSettings: settings),
    .target(name: "Actions", dependencies: ["ByteIO"], swiftSettings: settings),
    .target(
      name: "ManifestSyntax", dependencies: ["ByteIO", .product(name: "Yams", package: "Yams")],
      swiftSettings: settings),
    .target(
      name: "DatasetManifest", dependencies: ["ByteIO", "Actions", "ManifestSyntax"], swiftSettings: settings),
    .target(name: "Sampling", dependencies: ["ByteIO", "Actions", "ManifestSyntax"], swiftSettings: settings),
    .target(
      name: "EpisodeStore",
      dependencies: [
        "ByteIO", "JSON", "TensorFiles", "Actions", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .target(
      name: "SampleShards", dependencies: ["ByteIO", "JSON", "TensorFiles", "ImageCodec"], swiftSettings: settings),
    .target(name: "PolicyImages", dependencies: ["ByteIO", "JSON", "ImageCodec"], swiftSettings: settings),
    .target(
      name: "RunLog", dependencies: ["ByteIO", "JSON", "TFRecord", "ImageCodec"], swiftSettings: settings),
    .target(
      name: "SampleExport", dependencies: ["ByteIO", "JSON", "TensorFiles", "SampleShards"], swiftSettings: settings),
    .target(
      name: "Ingest",
      dependencies: [
        "Workers", "ByteIO", "JSON", "TFRecord", "TensorFiles", "ImageCodec", "Actions", "RLDS", "ManifestSyntax",
        "DatasetManifest",
        "EpisodeStore",
      ],
      swiftSettings: settings),
    .target(
      name: "RLDSWriter",
      dependencies: [
        "Workers", "ByteIO", "JSON", "TFRecord", "TensorFiles", "ImageCodec", "RLDS", "EpisodeStore",
      ],
      swiftSettings: settings),
    .target(
      name: "MixtureBuild",
      dependencies: [
        "Workers", "ByteIO", "JSON", "TensorFiles", "ImageCodec", "Actions", "RLDS", "ManifestSyntax",
        "DatasetManifest", "EpisodeStore", "Sampling", "SampleShards",
      ],
      swiftSettings: settings),
    .target(
      name: "CommandLineStage",
      dependencies: ["ByteIO", "JSON", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: settings),
    .target(name: "Preferences", dependencies: ["ByteIO", "ManifestSyntax"], swiftSettings: settings),
    .target(name: "PairShards", dependencies: ["ByteIO", "JSON", "TensorFiles"], swiftSettings: settings),
    .target(
      name: "PairBuild",
      dependencies: [
        "Workers", "ByteIO", "JSON", "TensorFiles", "ImageCodec", "Actions", "ManifestSyntax", "EpisodeStore",
        "Preferences", "PairShards",
      ],
      swiftSettings: settings),
    .target(
      name: "Curation",
      dependencies: [
        "Workers", "ByteIO", "JSON", "TensorFiles", "ImageCodec", "Actions", "ManifestSyntax", "EpisodeStore",
      ],
      swiftSettings: settings),
    .target(name: "TextTokens", dependencies: ["ByteIO", "CSentencePiece"], swiftSettings: settings),
    .target(
      name: "Checkpoints", dependencies: ["ByteIO", "JSON", "TensorFiles", "ImageCodec", "Actions", "ManifestSyntax"],
      swiftSettings: settings),
    .target(
      name: "DemoFiles",
      dependencies: ["Workers", "ByteIO", "JSON", "TensorFiles", "TFRecord", "ImageCodec", "RLDS", "HDF5"],
      swiftSettings: settings),
    .executableTarget(
      name: "RLDSReader",
      dependencies: [
        "DemoFiles", "HDF5", "ByteIO", "JSON", "TFRecord", "Actions", "RLDS", "DatasetManifest", "EpisodeStore",
        "Ingest",
        "RLDSWriter", "CommandLineStage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "Mixture",
      dependencies: [
        "ByteIO", "JSON", "ImageCodec", "DatasetManifest", "Sampling", "SampleShards", "MixtureBuild",
        "SampleExport", "CommandLineStage", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "Curate",
      dependencies: [
        "ByteIO", "JSON", "Curation", "EpisodeStore", "CommandLineStage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "Prefs",
      dependencies: [
        "ByteIO", "JSON", "Preferences", "PairShards", "PairBuild", "CommandLineStage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(name: "armature", dependencies: [], swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["ByteIO", "JSON", "TFRecord"], path: "Tests/TestSupport",
      swiftSettings: testSettings),
    .target(
      name: "MixtureSupport",
      dependencies: ["SampleShards", "ByteIO", "JSON", "TensorFiles", "ImageCodec", "TestSupport"],
      path: "Tests/MixtureSupport", swiftSettings: testSettings),
    .target(
      name: "PairSupport",
      dependencies: [
        "PairBuild", "PairShards", "Preferences", "EpisodeStore", "Actions", "ImageCodec", "TensorFiles", "ByteIO",
        "JSON", "TestSupport",
      ],
      path: "Tests/PairSupport", swiftSettings: testSettings),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: [
        "Checkpoints", "Actions", "ByteIO", "ImageCodec", "JSON", "ManifestSyntax", "TensorFiles", "TestSupport",
      ],
      swiftSettings: testSettings),
    .testTarget(name: "ByteIOTests", dependencies: ["ByteIO", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "HDF5Tests", dependencies: ["HDF5", "ByteIO", "TensorFiles", "TestSupport"], swiftSettings: testSettings),
    .testTarget(name: "ActionsTests", dependencies: ["Actions", "ByteIO", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "DatasetManifestTests",
      dependencies: ["DatasetManifest", "ManifestSyntax", "Actions", "ByteIO", "JSON", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "SamplingTests",
      dependencies: ["Sampling", "ManifestSyntax", "Actions", "ByteIO", "JSON", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "PreferencesTests", dependencies: ["Preferences", "ManifestSyntax", "ByteIO", "JSON", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "PairBuildTests",
      dependencies: [
        "PairBuild", "PairShards", "Preferences", "EpisodeStore", "Actions", "ImageCodec", "ManifestSyntax",
        "TensorFiles", "ByteIO", "JSON", "PairSupport", "TestSupport",
      ],
      swiftSettings: testSettings),
    .testTarget(
      name: "CurationTests",
      dependencies: [
        "Curation", "EpisodeStore", "Actions", "ImageCodec", "TensorFiles", "ByteIO", "JSON", "TestSupport",
      ],
      swiftSettings: testSettings),
    .testTarget(
      name: "MixtureBuildTests",
      dependencies: [
        "MixtureBuild", "Sampling", "SampleShards", "Ingest", "EpisodeStore", "RLDS", "DatasetManifest", "Actions",
        "ImageCodec", "ManifestSyntax", "TensorFiles", "ByteIO", "JSON", "TestSupport",
      ],
      swiftSettings: testSettings),
    .testTarget(
      name: "TextTokensTests", dependencies: ["TextTokens", "ByteIO", "JSON", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(name: "RanksTests", dependencies: ["Ranks", "ByteIO", "TestSupport"], swiftSettings: testSettings),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "ByteIO", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "TFRecordTests", dependencies: ["TFRecord", "ByteIO", "JSON", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "TensorFilesTests", dependencies: ["TensorFiles", "ByteIO", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "RLDSTests",
      dependencies: ["RLDS", "ByteIO", "JSON", "TFRecord", "TensorFiles", "ImageCodec", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "EpisodeStoreTests",
      dependencies: ["EpisodeStore", "ByteIO", "JSON", "TensorFiles", "Actions", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "SampleShardsTests",
      dependencies: ["SampleShards", "ByteIO", "JSON", "TensorFiles", "ImageCodec", "MixtureSupport", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "SampleExportTests",
      dependencies: ["SampleExport", "SampleShards", "ByteIO", "JSON", "ImageCodec", "MixtureSupport", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "RunLogTests",
      dependencies: ["RunLog", "ByteIO", "JSON", "TFRecord", "ImageCodec", "MixtureSupport", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "IngestTests",
      dependencies: [
        "Ingest", "Workers", "ByteIO", "JSON", "RLDS", "TFRecord", "TensorFiles", "ImageCodec", "TestSupport",
      ],
      swiftSettings: testSettings),
    .testTarget(
      name: "RLDSWriterTests",
      dependencies: ["RLDSWriter", "ByteIO", "JSON", "TFRecord", "ImageCodec", "TestSupport"],
      swiftSettings: testSettings),
    .testTarget(
      name: "PipelineTests",
      dependencies: ["ByteIO", "JSON", "TFRecord", "EpisodeStore", "MixtureSupport", "TestSupport"],
      swiftSettings: testSettings + (withTorch ? [.define("WITH_TORCH")] : [])),
    .testTarget(
      name: "ImageCodecTests", dependencies: ["ByteIO", "ImageCodec", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "PolicyImagesTests", dependencies: ["PolicyImages", "ByteIO", "JSON", "ImageCodec", "TestSupport"],
      swiftSettings: testSettings),
  ] + (withTorch ? torchTargets : []) + (withFuzz ? fuzzTargets : []),
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx20
)
