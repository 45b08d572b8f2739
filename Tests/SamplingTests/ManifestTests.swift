import ByteIO
import ManifestSyntax
import Sampling
import TestSupport
import Testing

extension MixtureManifest {
  fileprivate init(_ text: String) throws {
    try self.init(bytes: Array(text.utf8), file: "m.yaml")
  }
}

@Suite struct ManifestTests {
  private static let good = """
    name: m
    entries:
      - dataset: a
      - dataset: b
        weight: 0.5

    """

  @Test func `a short manifest has the reference's defaults`() throws {
    let manifest = try MixtureManifest(Self.good)
    #expect(manifest.name == "m")
    #expect(manifest.file == "m.yaml")
    #expect(manifest.source == Array(Self.good.utf8))
    #expect(manifest.seed == 0)
    #expect(manifest.entries.map(\.name) == ["a", "b"])
    #expect(manifest.entries.map(\.weight) == [1, 0.5])
    #expect(manifest.entries[0].split == nil)
    #expect(manifest.entries[1].place.line == 4)
    #expect(manifest.weighting == .openvla)
    #expect(manifest.amount == .epochs(1))
    #expect(manifest.epochEntries == [0])
    #expect(manifest.threadCount == 2)
    #expect(manifest.rules == TrajectoryRules())
    let chunk = try ActionChunk()
    #expect(
      manifest.form
        == SampleForm(
          chunk: chunk, padding: .repeat, goal: .none, normalization: .boundsQ99, views: ["primary"],
          image: .keep, shardSize: 1_073_741_824, compressionLevel: nil))
  }

  @Test func `every key is read`() throws {
    let manifest = try MixtureManifest(
      """
      name: full
      seed: 9223372036854775807
      about: {description: all keys, source: here}
      stores: ${STORES}/v1
      entries:
        - {dataset: a, weight: 2, split: "train[:10%]", where: success = 1}
        - {store: "${HOME}/b", weight: 0, episodes: keep/b.txt}
        - {dataset: c}
      dropped:
        - {dataset: a, weight: 3, reason: listed twice}
      weighting: {temperature: 2}
      epochs: 1.5
      epoch_of: [a]
      window: 2
      chunk: 8
      padding: drop
      goal: last
      normalization: none
      skip_unlabeled: false
      max_action: 1
      max_proprio: 5e-1
      drop_noops: {tolerance: 1e-3}
      views: [primary, wrist]
      image: {form: raw, size: [224, 112]}
      shard_size: 512MiB
      compression: zstd:3
      """)
    #expect(manifest.seed == UInt64(Int.max))
    #expect(manifest.about == .init(description: "all keys", source: "here"))
    #expect(manifest.entries[0].split == "train[:10%]")
    #expect(manifest.entries[0].condition == "success = 1")
    #expect(manifest.entries[0].conditionPlace?.line == 6)
    #expect(manifest.entries[1].name == "b")
    #expect(manifest.entries[1].episodes?.text == "keep/b.txt")
    #expect(manifest.dropped.map(\.reason) == ["listed twice"])
    #expect(manifest.threadCount == 4)
    #expect(manifest.weighting == .temperature(2))
    #expect(manifest.amount == .epochs(1.5))
    #expect(manifest.epochEntries == [0])
    let chunk = try ActionChunk(window: 2, chunk: 8)
    #expect(
      manifest.form
        == SampleForm(
          chunk: chunk, padding: .drop, goal: .last, normalization: .none, views: ["primary", "wrist"],
          image: .raw(size: ImageSize(height: 224, width: 112)), shardSize: 512 << 20, compressionLevel: 3))
    #expect(manifest.form.normalization.type == nil)
    #expect(
      manifest.rules
        == TrajectoryRules(
          skipsUnlabeled: false, maximumAction: 1, maximumProprio: 0.5, noOps: NoOpRule(tolerance: 1e-3)))
  }

  @Test func `short forms are read`() throws {
    func form(_ text: String) throws -> SampleForm { try MixtureManifest(Self.good + text).form }
    let small = ImageSize(height: 8, width: 9)
    for (text, expected) in [
      ("image: keep", .keep), ("image: jpeg", .jpeg(quality: 95, size: nil)),
      ("image: {form: png}", .png(size: nil)),
      ("image: {form: jpeg, size: [8, 9], quality: 80}", .jpeg(quality: 80, size: small)),
    ] as [(String, ImageForm)] {
      #expect(try form(text).image == expected)
    }
    for (text, expected) in [
      ("1000", 1000), ("64KiB", 65_536), ("3 GB", 3_000_000_000), ("1TiB", 1 << 40), ("2kB", 2000),
    ] {
      #expect(try form("shard_size: \(text)").shardSize == expected)
    }
    #expect(try form("views: []").views == [])
    #expect(try MixtureManifest(Self.good + "drop_noops: true").rules.noOps == NoOpRule(tolerance: 1e-4))
    #expect(try MixtureManifest(Self.good + "drop_noops: {}").rules.noOps == NoOpRule(tolerance: 1e-4))
    #expect(try MixtureManifest(Self.good + "drop_noops: false").rules.noOps == nil)
    #expect(try MixtureManifest(Self.good + "samples: 7").amount == .samples(7))
    #expect(try MixtureManifest(Self.good + "weighting: uniform").weighting == .uniform)
    let learned = try MixtureManifest(Self.good + "weighting: {file: w.json}")
    guard case .file(let path) = learned.weighting else {
      Issue.record("the weighting is \(learned.weighting)")
      return
    }
    #expect(path.text == "w.json")
  }

  @Test func `variables are replaced when a path is needed, not before`() throws {
    let manifest = try MixtureManifest(
      """
      name: m
      stores: ${ROOT}/stores/
      entries:
        - dataset: a
        - store: ${ROOT}/x/${NAME}_1
      """)
    let values = ["ROOT": "/data", "NAME": "b", "EMPTY": ""]
    #expect(try manifest.storePath(of: manifest.entries[0]) { values[$0] } == "/data/stores/a")
    #expect(try manifest.storePath(of: manifest.entries[1]) { values[$0] } == "/data/x/b_1")
    #expect(manifest.stores?.variables == ["ROOT"])
    for value in [nil, ""] as [String?] {
      let error = #expect(throws: ManifestError.self) {
        try manifest.storePath(of: manifest.entries[1]) { $0 == "NAME" ? value : "/data" }
      }
      #expect(
        error?.description
          == "m.yaml:5:12: entries[1].store: the variable `NAME` is not set; set it to a directory")
      #expect(error?.kind == .inputMissing)
    }
    let bare = try MixtureManifest(Self.good)
    let error = #expect(throws: ManifestError.self) { try bare.storePath(of: bare.entries[1]) { _ in nil } }
    #expect(
      error?.description
        == "m.yaml:4:5: entries[1]: nothing says where the store of `b` lies; give `stores`, "
        + "or its path as `store`")
  }

  @Test func `the same dataset may be drawn from twice when split, condition or list differ`() throws {
    let manifest = try MixtureManifest(
      """
      name: m
      entries:
        - {dataset: a}
        - {dataset: a, split: val}
        - {dataset: a, where: success = 1}
        - {dataset: a, episodes: keep.txt}
        - {store: x/a}
        - {store: y/a}
      epoch_of: [a]
      """)
    #expect(manifest.entries.count == 6)
    #expect(manifest.epochEntries == [0, 1, 2, 3, 4, 5])
  }

  @Test func `mistakes are found at reading, with their place`() {
    let good = Self.good
    for (text, expected) in [
      (good + "chnk: 3\n", "m.yaml:6:1: unknown key `chnk`; did you mean `chunk`"),
      (
        good.replacing("weight", with: "wieght"),
        "m.yaml:5:5: entries[1]: unknown key `wieght`; did you mean `weight`"
      ),
      (
        good.replacing("name: m\n", with: ""),
        "m.yaml:1:1: missing key `name`; it names the mixture, as in `name: bridge`"
      ),
      (
        "name: m\n",
        "m.yaml:1:1: missing key `entries`; it lists the datasets, as in `- dataset: bridge_orig`"
      ),
      ("name: m\nentries: []\n", "m.yaml:2:10: entries: the list is empty; give at least one entry"),
      (good.replacing("name: m", with: "name: a/b"), "m.yaml:1:7: name: a dataset's name has letters"),
      (
        good.replacing("set: a", with: "set: .."),
        "m.yaml:3:14: entries[0].dataset: a dataset's name has letters"
      ),
      (
        good.replacing("dataset: a", with: "weight: 1"),
        "m.yaml:3:5: entries[0]: neither `dataset` nor `store`"
      ),
      (
        good.replacing("weight: 0.5", with: "store: x"),
        "m.yaml:5:12: entries[1].store: both `dataset` and `store`; an entry has one of them"
      ),
      (
        good.replacing("0.5", with: "-0.5"),
        "m.yaml:5:13: entries[1].weight: a weight of -0.5 is negative; give a number from 0 up"
      ),
      (
        good.replacing("0.5", with: ".nan"), "m.yaml:5:13: entries[1].weight: expected a number, found `.nan`"
      ),
      (
        good.replacing("0.5", with: ".inf"), "m.yaml:5:13: entries[1].weight: expected a number, found `.inf`"
      ),
      (
        good.replacing("0.5", with: "lots"), "m.yaml:5:13: entries[1].weight: expected a number, found `lots`"
      ),
      (
        good.replacing("set: b", with: "set: a"),
        "m.yaml:4:5: entries[1]: `a` is already drawn by the entry on line 3; keep one"
      ),
      (
        good.replacing("dataset: a", with: "{dataset: a, weight: 0}").replacing("0.5", with: "0"),
        "m.yaml:3:3: entries: all weights are 0; give at least one entry a weight above 0"
      ),
      (
        good.replacing("dataset: a", with: "{dataset: a, weight: 2}"),
        "m.yaml:3:3: entries: no entry has a weight of exactly 1 to measure an epoch by; give `epoch_of` or"
      ),
      (good + "epoch_of: [c]\n", "m.yaml:6:12: epoch_of[0]: no entry is called `c`; did you mean `a`"),
      (good + "epoch_of: []\n", "m.yaml:6:11: epoch_of: the list is empty; name at least one entry"),
      (
        good.replacing("0.5", with: "0") + "epoch_of: [b]\n",
        "m.yaml:6:12: epoch_of[0]: `b` has a weight of 0 on line 4; it measures no epoch"
      ),
      (good + "seed: -1\n", "m.yaml:6:7: seed: -1 is out of range"),
      (good + "seed: 1.5\n", "m.yaml:6:7: seed: expected a whole number, found `1.5`"),
      (
        good + "samples: 5\nepochs: 2\n", "m.yaml:7:9: epochs: both `samples` and `epochs`; give one of them"
      ),
      (good + "samples: 0\n", "m.yaml:6:10: samples: 0 is out of range"),
      (good + "epochs: 0\n", "m.yaml:6:9: epochs: 0.0 epochs; give a number above 0"),
      (good + "weighting: opnvla\n", "m.yaml:6:12: weighting: unknown name `opnvla`; did you mean `openvla`"),
      (
        good + "weighting: {temperature: 0}\n",
        "m.yaml:6:26: weighting.temperature: a temperature of 0.0; give a number above 0"
      ),
      (
        good + "weighting: {temperature: 1, file: x}\n",
        "m.yaml:6:12: weighting: give one of `temperature` and `file`"
      ),
      (good + "chunk: 0\n", "m.yaml:6:8: chunk: 0 is out of range; give 1 to 1024"),
      (good + "padding: dorp\n", "m.yaml:6:10: padding: unknown name `dorp`; did you mean `drop`"),
      (good + "padding: drop\ngoal: uniform\n", "m.yaml:7:7: goal: uniform goals cut chunks short"),
      (good + "max_action: -1\n", "m.yaml:6:13: max_action: a limit of -1.0 is negative"),
      (
        good + "drop_noops: {tolerance: -1}\n",
        "m.yaml:6:25: drop_noops.tolerance: a tolerance is not negative"
      ),
      (good + "views: [primry]\n", "m.yaml:6:9: views[0]: unknown view `primry`; did you mean `primary`"),
      (good + "views: [wrist, wrist]\n", "m.yaml:6:16: views[1]: `wrist` is given twice; keep one"),
      (
        good + "image: raw\n",
        "m.yaml:6:8: image: raw images need a size, as in `{form: raw, size: [224, 224]}`"
      ),
      (
        good + "image: {form: png, quality: 3}\n",
        "m.yaml:6:29: image.quality: only `form: jpeg` has a quality"
      ),
      (good + "image: {size: [1, 1]}\n", "m.yaml:6:15: image.size: `form: keep` leaves images as they are"),
      (
        good + "image: {form: png, size: [1]}\n",
        "m.yaml:6:26: image.size: 1 numbers; a size is [height, width]"
      ),
      (
        good + "image: {form: png, size: [1, 0]}\n",
        "m.yaml:6:30: image.size[1]: 0 is out of range; give 1 to 16384"
      ),
      (
        good + "shard_size: big\n",
        "m.yaml:6:13: shard_size: expected a number of bytes, as in `512MiB`, found `big`"
      ),
      (good + "shard_size: 0\n", "m.yaml:6:13: shard_size: `0` is out of range; give 1 byte to 1024TiB"),
      (good + "shard_size: 99999999999TiB\n", "m.yaml:6:13: shard_size: `99999999999TiB` is out of range"),
      (
        good + "compression: gzip\n",
        "m.yaml:6:14: compression: expected `zstd:N` with N from 1 to 22, found `gzip`"
      ),
      (good + "compression: zstd:3\n", "m.yaml:6:14: compression: only raw images are compressed"),
      (good + "stores: ${A/b\n", "m.yaml:6:9: stores: `${` without `}`; a variable is written `${NAME}`"),
      (good + "stores: ${1}/b\n", "m.yaml:6:9: stores: `1` is not a variable's name; it has letters, digits"),
      (good + "dropped: [{dataset: x}]\n", "m.yaml:6:11: dropped[0]: missing key `reason`; it says why"),
      (good + "about: {licence: x}\n", "m.yaml:6:9: about: unknown key `licence`"),
      (good + "name: n\n", "m.yaml:1:1: name: this key is given more than once; keep one"),
    ] {
      let error = #expect(throws: ManifestError.self, "\(text)") { try MixtureManifest(text) }
      #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "") – \(expected)")
      #expect(error?.kind == .badData)
    }
  }

  @Test func `an amount in epochs is a whole number of samples`() throws {
    func count(_ amount: MixtureManifest.Amount, _ length: Int) throws -> Int {
      try amount.sampleCount(epochLength: length)
    }
    #expect(try count(.samples(7), 1000) == 7)
    #expect(try count(.epochs(1), 15_361_038) == 15_361_038)
    // 1.5 · 1555 = 2332.5
    #expect(try count(.epochs(1.5), 1555) == 2332)
    for (epochs, length) in [(1e-9, 1555), (1e300, 1555), (1, 0)] {
      #expect(throws: SamplingError.self) { try count(.epochs(epochs), length) }
    }
  }

  @Test func `samples need no entry to measure an epoch by`() throws {
    let manifest = try MixtureManifest("name: m\nentries: [{dataset: a, weight: 2}]\nsamples: 10\n")
    #expect(manifest.epochEntries == [])
  }

  @Test func `a file is read, and a missing one reported`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(Self.good.utf8), to: "m.yaml")
    #expect(try MixtureManifest(path: path).file == path)
    let error = #expect(throws: ManifestError.self) { try MixtureManifest(path: path + "x") }
    #expect(error?.kind == .inputMissing)
  }
}
