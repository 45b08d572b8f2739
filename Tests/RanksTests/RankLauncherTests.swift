import ByteIO
import Ranks
import TestSupport
import Testing

/// Ranks as small shell programs.
@Suite struct RankLauncherTests {
  private func launch(
    _ world: Int, _ script: String, patience: (own: Double, terminated: Double) = (30, 10),
    isStopRequested: () -> Bool = { false }
  ) throws -> RankLauncher.Outcome {
    try RankLauncher(world: world, executable: "/bin/sh", arguments: ["sh", "-c", script], patience: patience)
      .run(isStopRequested: isStopRequested)
  }

  @Test func `every rank gets its own variables`() throws {
    let folder = try TemporaryDirectory()
    let outcome = try launch(
      3,
      "echo $RANK $WORLD_SIZE $LOCAL_RANK $MASTER_ADDR > \(folder.path)/$RANK; echo $MASTER_PORT > \(folder.path)/port$RANK"
    )
    #expect(outcome == .init(endings: [.status(0), .status(0), .status(0)], firstFailure: nil))
    for rank in 0..<3 {
      #expect(try String(decoding: readBytes(folder("\(rank)")), as: UTF8.self) == "\(rank) 3 \(rank) 127.0.0.1\n")
    }
    #expect(try readBytes(folder("port0")) == readBytes(folder("port2")))
  }

  @Test func `a rank that fails is named by how it ended, and the others may finish`() throws {
    let status = try launch(3, "[ $RANK = 1 ] && exit 65; sleep 0.3")
    #expect(status == .init(endings: [.status(0), .status(65), .status(0)], firstFailure: 1))
    let signal = try launch(2, "[ $RANK = 0 ] && kill -9 $$; sleep 0.3")
    #expect(signal == .init(endings: [.signal(9), .status(0)], firstFailure: 0))
  }

  @Test func `ranks that do not end are terminated, then killed`() throws {
    let outcome = try launch(
      2, "[ $RANK = 1 ] && exit 3; trap '' TERM; while true; do sleep 0.05; done", patience: (0.2, 0.3))
    #expect(outcome == .init(endings: [.signal(9), .status(3)], firstFailure: 1))
  }

  @Test func `a request to stop reaches every rank`() throws {
    let folder = try TemporaryDirectory()
    // Stops when both have set their traps.
    let outcome = try launch(
      2, "trap 'exit 75' TERM; touch \(folder.path)/ready$RANK; while true; do sleep 0.02; done",
      isStopRequested: {
        Directory.entry(folder("ready0")) == .file && Directory.entry(folder("ready1")) == .file
      })
    #expect(outcome.endings == [.status(75), .status(75)])
  }

  @Test func `a program that is not there is an error`() throws {
    #expect(throws: RankError.self) {
      try RankLauncher(world: 2, executable: "/nowhere/program", arguments: ["program"]).run { false }
    }
  }
}
