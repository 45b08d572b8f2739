import ByteIO
import TestSupport

/// A browser without a window, where one is installed.
enum Browser {
  private static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .first { Directory.entry($0) == .file }

  static var isInstalled: Bool { path != nil }
  static let note = "there is no Chromium; install it"

  /// The elements of the page at `file` once its scripts have run, and what the browser said.
  static func open(_ file: String, in directory: TemporaryDirectory) throws -> Program.Outcome {
    // The browser's own files lie in a short path: sockets' names are bounded.
    try Program(path: "/usr/bin/env").run(
      "TMPDIR=/tmp", path ?? "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
      "--user-data-dir=\(directory("profile"))", "--virtual-time-budget=10000", "--dump-dom", "file://\(file)")
  }
}
