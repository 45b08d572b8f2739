import ArgumentParser
import ByteIO
import Checkpoints
import CommandLineStage
import JSON
import PolicyImages
import VLA

/// How an image comes to the processor.
enum ImageRoute: String, ExpressibleByArgument, CaseIterable {
  /// As it is: as OpenVLA's server does.
  case plain
  /// Resized as frames are for training.
  case training
  /// Through JPEG and Lanczos3, as OpenVLA's evaluation scripts do.
  case evaluation
}

struct PredictVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Answer an image and an instruction with an action.")

  @OptionGroup var model: PolicyArgument

  @Option(help: ArgumentHelp("What the camera sees, PNG or JPEG.", valueName: "file"))
  var image: String

  @Option(help: ArgumentHelp("What the robot shall do.", valueName: "text"))
  var instruction: String

  @Option(
    help: ArgumentHelp("The dataset in whose units the action is; needed where there are several.", valueName: "key"))
  var unnormKey: String?

  @Option(help: ArgumentHelp("How the image comes to the processor.", valueName: "route"))
  var imagePath = ImageRoute.plain

  @Flag(help: "With --image-path evaluation: keep the central 90 %, for policies trained with augmentation.")
  var centerCrop = false

  @Flag(help: "With --image-path evaluation: turn the image by 180°, for LIBERO's renders.")
  var rotate = false

  @Flag(help: "Choose among all tokens, as the reference does, not only among action tokens.")
  var unrestricted = false

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard imagePath == .evaluation || !centerCrop && !rotate else {
      throw ValidationError("--center-crop and --rotate need --image-path evaluation.")
    }
  }

  func run() async throws {
    try await runVerb {
      let picture = try decodeImageFile(image)
      let (policy, folder) = try model.load()
      let prediction = try Predictor(policy, folder).predict(
        picture, instruction, unnormKey: unnormKey, path: route, unrestricted ? .unrestricted : .actions)
      let peak = ProcessMemory.peak
      options.report(
        [
          "action": .array(prediction.action.map { .real($0) }), "unnorm_key": .string(prediction.unnormKey),
          "ids": .array(prediction.ids.map { JSONValue($0) }),
          "prompt_ids": .array(prediction.prompt.map { JSONValue($0) }), "peak_resident_bytes": JSONValue(peak),
        ],
        text: prediction.action.map { "\($0)" }.joined(separator: " "))
    }
  }

  private var route: ImagePath {
    switch imagePath {
    case .plain: .processorOnly
    case .training: .training
    case .evaluation:
      .evaluation(EvaluationImage(rotation: rotate ? .halfTurn : .upright, crop: centerCrop ? .middle : .whole))
    }
  }
}
