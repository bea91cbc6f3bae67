// An order is signed by the same head-end in every room of tests.
global using SignedOrder = Substation.Orders.SignedOrder;
