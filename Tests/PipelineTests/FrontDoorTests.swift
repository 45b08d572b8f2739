import ByteIO
import TestSupport
import Testing

@Suite struct FrontDoorTests {
  @Test func `armature rlds passes arguments, output and status through`() throws {
    let sample = Repository.sample("metaworld_reach_push")
    let direct = try Program.rlds.run("inspect", sample, "--json")
    let through = try Program.frontDoor.run("rlds", "inspect", sample, "--json")
    expectDone(through)
    #expect(through.output == direct.output && direct.output.count > 100)
    expectRefusal(try Program.frontDoor.run("rlds", "inspect", "/none such"), 66, "/none such")
    #expect(try Program.frontDoor.run("rlds", "inspect").ending == .status(64))
  }

  @Test func `an unknown stage is wrong usage that names the stages`() throws {
    expectRefusal(try Program.frontDoor.run("rdls"), 64, "`rdls`", "rlds")
    #expect(try Program.frontDoor.run().ending == .status(64))
  }

  @Test func `both programs tell the same version`() throws {
    let version = try Program.frontDoor.run("--version")
    expectDone(version)
    #expect(try Program.rlds.run("--version").output == version.output)
    #expect(version.output.split(separator: ".").count == 3)
  }

  @Test func `help goes to standard output`() throws {
    for arguments in [["--help"], ["rlds", "--help"], ["rlds", "ingest", "--help"]] {
      let help = try Program.frontDoor.run(arguments)
      expectDone(help)
      #expect(help.output.contains("USAGE"))
    }
  }

  @Test func `every program that is built is a stage, and its verbs are named`() throws {
    let overview = try Program.frontDoor.run("--help").output
    let stages = try Directory.names(Program.directory).filter { name in
      name.hasPrefix("armature-") && !name.contains(".")
    }.map { String($0.dropFirst("armature-".count)) }
    #expect(Set(stages).isSuperset(of: ["rlds", "curate", "mixture", "prefs"]))
    for stage in stages {
      let help = try Program.frontDoor.run(stage, "--help")
      expectDone(help)
      let line = try #require(overview.split(separator: "\n").first { $0.hasPrefix("  \(stage) ") }, "\(stage)")
      let lines = help.output.split(separator: "\n").drop { !$0.hasPrefix("SUBCOMMANDS") }.dropFirst()
      let verbs = lines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") && !$0.hasPrefix("  See") }
        .compactMap { $0.split(separator: " ").first.map(String.init) }
      #expect(!verbs.isEmpty)
      let named = Set(line.split { !$0.isLetter }.map(String.init))
      for verb in verbs { #expect(named.contains(verb), "\(stage) \(verb)") }
    }
  }
}
