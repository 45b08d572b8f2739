extension CheckCatalog {
  /// How the dataset covers what it is about.
  static let population: [Check] = [
    Check(
      "start-diversity", .info, "Starts that are all the same",
      meaning: "The spread of the first states is below a tenth of that of all states.",
      mechanism: "The policy has seen one beginning only.",
      threshold: .init(.below, 0.1, unit: "ratio of deviations", source: "adduct initial_condition_diversity: 0.1"),
      needs: [.proprio], scope: .dataset)
  ]

  /// Scores that rank episodes.
  static let scores: [Check] = [
    Check(
      "knn-consistency", .info, "Actions unlike those of similar states",
      meaning:
        "The mean distance of an action from the mean of those at the eight nearest states of other episodes, in "
        + "robust deviations of the dataset.",
      mechanism: "Contradicting labels for one observation are averaged into an action that nobody took.",
      threshold: .init(.above, 6, unit: "robust z", source: "rdq kNN-BC: a rank; a score only"), needs: [.proprio],
      isSoft: true),
    Check(
      "deminf", .info, "Information that states give on actions",
      meaning: "The episode's mean share in an estimate of the mutual information of states and actions from nearest "
        + "neighbours (k = 5); less is less predictable.",
      mechanism: "Demonstrations whose actions the state does not tell are hard to imitate.",
      threshold: .init(.below, -10, unit: "nats", source: "in the manner of DemInf and democlean; a score only"),
      needs: [.proprio], isSoft: true),
    Check(
      "rinse", .info, "Spectral arc length",
      meaning: "Minus the arc length of the normalised spectrum of the state's speed up to half of its band; less is "
        + "rougher.",
      mechanism: "Rough demonstrations compound errors sooner.",
      threshold: .init(.below, -50, unit: "arc length", source: "in the manner of RINSE's smoothness; a score only"),
      needs: [.proprio], isSoft: true),
  ]

  /// What the cameras saw.
  static let images: [Check] = [
    Check(
      "undecodable-image", .defect, "A frame that cannot be decoded",
      meaning: "A frame is no JPEG or PNG that decodes whole.",
      mechanism: "The loader stops in the middle of training, or goes on with gray.",
      threshold: .init(.above, 0, unit: "frames", source: "any; trajlens, robovet, kalanos"), needs: [.images]),
    Check(
      "missing-image", .risk, "Frames that are not there",
      meaning: "Frames of a view have no bytes, on more than 2 % of the steps and less than all.",
      mechanism: "They become zeros, which the policy reads as a dark room.",
      threshold: .init(.above, 0.02, unit: "share of steps", source: "adduct camera_dropout: 2 %"), needs: [.images]),
    Check(
      "zero-frame", .defect, "Frames of zeros",
      meaning: "Every sample of a frame is 0, while other frames of the view are not.",
      mechanism: "Padding was recorded as an observation.",
      threshold: .init(.above, 0, unit: "frames", source: "any; kalanos blank frames"), needs: [.images]),
    Check(
      "black-camera", .risk, "A camera that sees nothing",
      meaning: "The mean brightness is below 12 of 255 on more than a tenth of the steps, and the view's is not.",
      mechanism: "The actions depend on what the frames do not show.",
      threshold: .init(.above, 0.1, unit: "share of steps", source: "rdq: mean below 12"), needs: [.images]),
    Check(
      "overexposed-camera", .risk, "Overexposure",
      meaning:
        "More than half of the samples are at 250 or more on more than a tenth of the steps, and the view's are not.",
      mechanism: "Objects vanish in white.",
      threshold: .init(.above, 0.1, unit: "share of steps", source: "kalanos exposure 10 and 40 %; rda clip"),
      needs: [.images]),
    Check(
      "exposure-shift", .info, "Brighter or darker than its view",
      meaning: "The episode's mean brightness lies this many robust deviations, of at least 4 of 255, from the view's.",
      mechanism: "The light, not the task, may tell the policy which episode it is in.",
      threshold: .init(.above, 6, unit: "robust z", source: "robust z as elsewhere here"), needs: [.images],
      isSoft: true),
    Check(
      "flat-camera", .risk, "Frames without contrast",
      meaning:
        "The deviation of a frame's brightness is below 2 of 255 on more than a tenth of the steps, and the view's "
        + "is not.",
      mechanism: "A covered lens or a test picture shows no state at all.",
      threshold: .init(.above, 0.1, unit: "share of steps", source: "rdq: deviation below 2"), needs: [.images]),
    Check(
      "blurred-camera", .risk, "Out of focus",
      meaning: "The median variance of the Laplacian is below a quarter of the view's.",
      mechanism: "Edges of small objects, which grasps depend on, are gone.",
      threshold: .init(
        .below, 0.25, unit: "of the view's median", source: "relative to its own camera as rdq, kalanos"),
      needs: [.images], isSoft: true),
    Check(
      "frozen-camera", .risk, "A camera that hangs",
      meaning: "A view shows the same frame for five steps or more while the robot moves.",
      mechanism: "Several actions are labels of one frame.",
      threshold: .init(.above, 4, unit: "steps", source: "calibra: a run of 5; kalanos 0.5 s"), needs: [.images]),
    Check(
      "swapped-cameras", .risk, "Cameras in each other's place",
      meaning: "The episode's mean frames resemble each other view's typical frame more than their own, by 0.2 in "
        + "correlation for both.",
      mechanism: "The policy gets the wrist's picture where it expects the room's.",
      threshold: .init(.above, 0.2, unit: "correlation", source: "rdq camera swap: 0.6 of correlation"),
      needs: [.images]),
    Check(
      "viewpoint-shift", .risk, "A camera that was moved",
      meaning:
        "The mean frame correlates with the view's typical frame by more than 0.4 and eight robust deviations less "
        + "than those of the other episodes.",
      mechanism: "Where things are in the picture no longer tells where they are.",
      threshold: .init(.above, 8, unit: "robust z", source: "adduct z 6; rdq 0.6 of correlation"), needs: [.images],
      isSoft: true),
  ]
}
