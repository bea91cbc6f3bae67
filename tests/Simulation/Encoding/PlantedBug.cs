namespace Simulation.Encoding;

/// <summary>A mistake the simulator can be told to make, one per layer: the flow test must turn red.</summary>
public enum PlantedBug
{
    None, CrcPolynomial, InitialVectorOrder, KeyDerivationConstant, Scaler,
}
