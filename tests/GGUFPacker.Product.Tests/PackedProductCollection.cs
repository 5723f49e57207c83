namespace GGUFPacker.Product.Tests;

/// <summary>The tests that share the packages; one after the other, for each keeps all cores busy.</summary>
[CollectionDefinition(nameof(PackedProduct))]
public sealed class PackedProductCollection : ICollectionFixture<PackedProduct>;
