import ByteIO
import Glibc
import TestSupport
import Testing

@Suite struct UsageTests {
  @Test func `what is missing ends in status 66`() throws {
    let place = try SmallDataset().write()
    let none = place.directory("none")
    expectRefusal(try Program.rlds.run("inspect", none), 66, none)
    expectRefusal(try Program.rlds.run("ingest", none, "--dataset", place.manifest, "--out", place.store), 66, none)
    expectRefusal(try Program.rlds.run("dump", none, "--out", place.directory("x.safetensors")), 66, none)
    expectRefusal(try Program.rlds.run("scan", none), 66, none)
    expectRefusal(try Program.rlds.run("verify", none), 66, none)
    expectRefusal(try Program.rlds.run("stats", none), 66, none)
    expectRefusal(
      try Program.rlds.run("ingest", place.data, "--dataset", "no_such_dataset", "--out", place.store), 66,
      "no_such_dataset")
    expectRefusal(
      try Program.rlds.run("ingest", place.data, "--dataset", none + ".yaml", "--out", place.store), 66, none)
    expectRefusal(
      try Program.rlds.run("standardize", none, "--dataset", place.manifest, "--out", place.directory("y")), 66, none)
    #expect(Directory.entry(place.store) == .missing)
  }

  @Test(arguments: [
    [], ["--images", "gif"], ["--images", "png:0"], ["--images", "jpeg:101:32"], ["--on-error", "shrug"],
    ["--workers", "0"], ["--workers", "many"], ["--shard-size", "0"], ["--no-such-option"], ["--split", "nowhere"],
    ["--split", "train[5%"], ["--split", "train[:75%]+train[25%:]"],
  ])
  func `wrong options end in status 64`(options: [String]) throws {
    let place = try SmallDataset().write()
    let out = options.isEmpty ? [] : ["--out", place.store]
    let outcome = try Program.rlds.run(["ingest", place.data, "--dataset", place.manifest] + out + options)
    #expect(outcome.ending == .status(64), "\(outcome.complaint)")
    #expect(outcome.output == "")
    #expect(outcome.complaint != "")
    #expect(Directory.entry(place.store) == .missing)
  }

  @Test func `an episode that is not there is wrong usage`() throws {
    let place = try SmallDataset().write()
    for episode in ["4", "1000000", "9223372036854775807"] {
      expectRefusal(
        try Program.rlds.run("dump", place.data, "--episode", episode, "--out", place.directory("x")), 64, episode)
    }
  }

  @Test func `an output that cannot be made ends in status 73`() throws {
    let place = try SmallDataset().write()
    let file = try place.directory.write([1], to: "file")
    try Directory.create(place.directory("full"))
    try place.directory.write([1], to: "full/something")
    func ingest(_ out: String) throws -> Program.Outcome {
      try Program.rlds.run("ingest", place.data, "--dataset", place.manifest, "--out", out)
    }
    expectRefusal(try ingest(file + "/store"), 73, file)
    expectRefusal(try ingest(file), 73, file)
    expectRefusal(try ingest(place.directory("full")), 73, "something")
    #expect(try Directory.names(place.directory("full")) == ["something"])
    expectRefusal(try Program.rlds.run("dump", place.data, "--out", file + "/x.safetensors"), 73, file)
    expectRefusal(try Program.rlds.run("dump", place.data, "--out", place.directory("none/x")), 73, "none")
  }

  @Test func `a manifest that does not fit names file, line and key`() throws {
    let place = try SmallDataset().write()
    for (change, parts) in [
      ((from: "action: action", to: "action: actions"), ["actions", "wrong.yaml:2:"]),
      ((from: "views: {primary: image}", to: "views: {primary: picture}"), ["picture", "wrong.yaml:5:"]),
      ((from: "proprio: state", to: "proprio: state[:9]"), ["[:9]", "wrong.yaml:3:"]),
      ((from: "proprio: state", to: "propio: state"), ["propio", "wrong.yaml:3:"]),
      ((from: "action: action", to: "action: action[:6]"), ["6", "7"]),
      ((from: "language: language_instruction", to: "language: state"), ["state", "wrong.yaml:4:"]),
      ((from: "encodings: {", to: "encodings: {{"), []),
      ((from: "dataset: small", to: ""), ["dataset"]),
    ] {
      let text = SmallDataset.manifest.replacing(change.from, with: change.to)
      let manifest = try place.directory.write(Array(text.utf8), to: "wrong.yaml")
      let outcome = try Program.rlds.run("ingest", place.data, "--dataset", manifest, "--out", place.store)
      expectRefusal(outcome, 65, "wrong.yaml")
      for part in parts { #expect(outcome.complaint.contains(part), "\(outcome.complaint)") }
    }
    #expect(Directory.entry(place.store) == .missing)
  }
}
