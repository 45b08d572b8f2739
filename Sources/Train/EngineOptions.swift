import ArgumentParser
import CommandLineStage
import TensorFiles
import Torch

/// The element types that models are computed in.
enum ComputeType: String, ExpressibleByArgument, CaseIterable {
  case f32, bf16

  var dtype: DType {
    switch self {
    case .f32: .float32
    case .bf16: .bfloat16
    }
  }
}

/// Where and how a model is computed.
struct EngineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The element type to compute in.", valueName: "type"))
  var dtype = ComputeType.f32

  @Option(help: ArgumentHelp("Where to compute: cpu, cuda or cuda:N.", valueName: "device"))
  var device = "cpu"

  @Option(help: ArgumentHelp("The threads that one operation uses.", valueName: "n"))
  var workers: Int = WorkerOptions.availableCores

  func validate() throws {
    guard (1...1024).contains(workers) else { throw ValidationError("--workers must be between 1 and 1024.") }
    guard Device(device) != nil else { throw ValidationError("--device must be cpu, cuda or cuda:N.") }
  }

  /// Sets the engine up and returns the device.
  func prepare() throws -> Device {
    try Engine.setThreadCount(workers)
    let place = Device(device) ?? .cpu
    try place.prepare()
    return place
  }
}
