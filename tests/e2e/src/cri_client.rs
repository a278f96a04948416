//! A blocking client of the container runtime interface, CRI v1.

use k8s_cri::v1::image_service_client::ImageServiceClient;
use k8s_cri::v1::runtime_service_client::RuntimeServiceClient;
use std::path::Path;
use testkit::deadline::TIMEOUT;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};
use tonic::{Response, Status};

/// A connection to the two services of a runtime.
pub struct Cri {
    runtime: Runtime,
    channel: Channel,
}

type Pods = RuntimeServiceClient<Channel>;
type Images = ImageServiceClient<Channel>;

impl Cri {
    /// Connects to a runtime at the first call.
    #[track_caller]
    pub fn new(socket: &Path) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("tokio can start");
        let address = format!("unix:{}", socket.display());
        let endpoint = Endpoint::from_shared(address).expect("a path of a socket").timeout(TIMEOUT);
        let channel = runtime.block_on(async { endpoint.connect_lazy() }); // needs tokio's runtime
        Self { runtime, channel }
    }

    /// Calls a method of the service for pods and containers.
    pub fn call<T>(&self, method: impl AsyncFnOnce(Pods) -> Result<Response<T>, Status>) -> Result<T, Status> {
        self.runtime.block_on(method(Pods::new(self.channel.clone()))).map(Response::into_inner)
    }

    /// Calls a method of the service for images.
    pub fn images<T>(&self, method: impl AsyncFnOnce(Images) -> Result<Response<T>, Status>) -> Result<T, Status> {
        self.runtime.block_on(method(Images::new(self.channel.clone()))).map(Response::into_inner)
    }

    /// Calls a method for all requests concurrently. The answers have the order of the requests.
    pub fn call_concurrently<R, T, F>(&self, requests: Vec<R>, method: impl Fn(Pods, R) -> F) -> Result<Vec<T>, Status>
    where
        F: Future<Output = Result<Response<T>, Status>> + Send + 'static,
        T: Send + 'static,
    {
        self.runtime.block_on(async {
            let mut calls = JoinSet::new();
            for (at, request) in requests.into_iter().enumerate() {
                let answer = method(Pods::new(self.channel.clone()), request);
                calls.spawn(async move { answer.await.map(|answer| (at, answer.into_inner())) });
            }
            let answers: Result<Vec<(usize, T)>, Status> = calls.join_all().await.into_iter().collect();
            let mut answers = answers?;
            answers.sort_by_key(|(at, _)| *at);
            Ok(answers.into_iter().map(|(_, answer)| answer).collect())
        })
    }
}
