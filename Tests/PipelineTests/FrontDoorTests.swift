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
}
