internal import ByteIO
internal import Glibc

/// Starts a program several times on this machine, as the ranks of one run, and waits for all.
public struct RankLauncher: Sendable {
  private let executable: String
  private let arguments: [String]
  private let world: Int
  /// The seconds that the other ranks have to end by themselves once one is gone, and after SIGTERM.
  private let patience: (own: Double, terminated: Double)

  /// Prepares `world` processes of `executable`, by default this program itself, with `arguments` (its name first).
  public init(
    world: Int, executable: String = "/proc/self/exe", arguments: [String],
    patience: (own: Double, terminated: Double) = (120, 30)
  ) {
    self.world = world
    self.executable = executable
    self.arguments = arguments
    self.patience = patience
  }

  /// How a rank ended.
  public enum Ending: Equatable, Sendable {
    case status(Int32)
    case signal(Int32)
  }

  /// The ranks' endings.
  public struct Outcome: Equatable, Sendable {
    /// By rank.
    public var endings: [Ending]
    /// The rank that ended badly first, where one did.
    public var firstFailure: Int?

    public init(endings: [Ending], firstFailure: Int?) {
      self.endings = endings
      self.firstFailure = firstFailure
    }
  }

  /// Starts all ranks and waits until they have ended.
  ///
  /// SIGTERM is passed on to them when `isStopRequested` first says so. When one ends badly, the others have some time to
  /// notice and to keep their state; then they are terminated, and at last killed. Blocks the calling thread.
  ///
  /// - Throws: `RankError` where a process cannot be started.
  public func run(isStopRequested: () -> Bool) throws(RankError) -> Outcome {
    signal(SIGCHLD, SIG_DFL)  // Where it is ignored, endings are lost.
    let port = try Self.freePort()
    var processes: [pid_t] = []
    for rank in 0..<world {
      do {
        processes.append(
          try start(RankPlace(rank: rank, world: world, localRank: rank, host: "127.0.0.1", port: port)))
      } catch {
        for process in processes {
          kill(process, SIGKILL)
          _ = waitpid(process, nil, 0)
        }
        throw error
      }
    }
    var endings = [Ending?](repeating: nil, count: world)
    var firstFailure: Int?
    var failedAt: ContinuousClock.Instant?
    var isPassedOn = false
    var isTerminated = false
    while endings.contains(nil) {
      for rank in 0..<world where endings[rank] == nil {
        guard let ending = Self.ending(of: processes[rank]) else { continue }
        endings[rank] = ending
        if ending != .status(0), firstFailure == nil {
          firstFailure = rank
          failedAt = .now
        }
      }
      func signalAll(_ number: Int32) {
        for rank in 0..<world where endings[rank] == nil { kill(processes[rank], number) }
      }
      if !isPassedOn, isStopRequested() {
        signalAll(SIGTERM)
        isPassedOn = true
      }
      if let failedAt {
        let passed = (ContinuousClock.now - failedAt) / .seconds(1)
        if passed > patience.own + patience.terminated {
          signalAll(SIGKILL)
        } else if passed > patience.own, !isTerminated {
          signalAll(SIGTERM)
          isTerminated = true
        }
      }
      usleep(20_000)
    }
    return Outcome(endings: endings.map { $0 ?? .status(0) }, firstFailure: firstFailure)
  }

  private func start(_ place: RankPlace) throws(RankError) -> pid_t {
    var variables = place.variables
    var list: [String] = []
    var pointer = unsafe environ
    while let entry = unsafe pointer.pointee {
      let text = unsafe String(cString: entry)
      let name = String(text.prefix { $0 != "=" })
      if let own = variables.removeValue(forKey: name) { list.append("\(name)=\(own)") } else { list.append(text) }
      unsafe pointer += 1
    }
    list += variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    var process: pid_t = 0
    let code = unsafe Self.withCStrings(arguments) { arguments in
      unsafe Self.withCStrings(list) { variables in
        unsafe posix_spawn(&process, executable, nil, nil, arguments, variables)
      }
    }
    guard code == 0 else {
      throw RankError(
        .tryAgain, place: "rank \(place.rank)", "it cannot be started: \(unsafe String(cString: strerror(code)))")
    }
    return process
  }

  private static func ending(of process: pid_t) -> Ending? {
    var status: Int32 = 0
    guard unsafe waitpid(process, &status, WNOHANG) == process else { return nil }
    return status & 0x7F == 0 ? .status(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }

  /// A port of this machine that nobody listens on.
  static func freePort() throws(RankError) -> UInt16 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe bind(socket, generic, size) == 0 && getsockname(socket, generic, &size) == 0
      }
    }
    guard socket >= 0, isBound else { throw RankError(.tryAgain, place: "127.0.0.1", "no port is free") }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func withCStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let copies = unsafe strings.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe body(copies + [nil])
  }
}
