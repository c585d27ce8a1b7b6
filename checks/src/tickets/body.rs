//! What a buyer does: one body, run by real processes and under loom.

/// A place to buy tickets at.
pub(crate) trait Shop {
    /// Keeps the others out of the purchase until it is dropped.
    type Guard<'a>
    where
        Self: 'a;

    /// Looks how many tickets are left, without wanting one yet.
    fn search(&self, buyer: usize);

    /// Reads the stock, to buy from it; `None` if it cannot be read, which an unguarded store may
    /// bring about.
    fn stock(&self, buyer: usize) -> Option<u32>;

    /// Writes the stock.
    fn set_stock(&self, left: u32);

    /// Fills in forms and pays.
    fn pay(&self, buyer: usize);

    /// Writes the sale into the ledger: from here on the ticket is sold.
    fn enter_sale(&self, buyer: usize);

    /// Waits for the guard, if this sale has one.
    fn enter(&self) -> Self::Guard<'_>;
}

/// Searches, then buys one ticket if there is one.
pub(crate) fn buyer<S: Shop>(shop: &S, buyer: usize) {
    shop.search(buyer);
    let guard = shop.enter();
    purchase(shop, buyer);
    drop(guard);
}

fn purchase<S: Shop>(shop: &S, buyer: usize) {
    let Some(left) = shop.stock(buyer).filter(|left| *left > 0) else { return };
    shop.pay(buyer);
    // CRASH: before, nothing is sold; after, the ticket is sold and the stock is one too high until
    // somebody repairs it from the ledger.
    shop.enter_sale(buyer);
    shop.set_stock(left - 1);
}
