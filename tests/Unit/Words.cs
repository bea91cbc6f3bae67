// An order is signed and sealed by the same head-end in every room of tests.
global using SealedOrder = Substation.Orders.SealedOrder;
global using SignedOrder = Substation.Orders.SignedOrder;
