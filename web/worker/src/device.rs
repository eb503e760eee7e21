//! A model on the device that the page wants, or on the next best one.

use burn::tensor::Device;
use sinet_infer::{Model, VerifiedFiles};
use sinet_protocol::{DeviceChoice, DeviceReport, Keeping, Reply};

use crate::fault::Trouble;
use crate::{OpenGpu, download, post};

/// The GPU of this worker: it can be opened only once.
pub struct DeviceSlot {
    open_gpu: Option<OpenGpu>,
    opened: Option<Result<Device, String>>,
}

impl DeviceSlot {
    /// A slot for the GPU that `open_gpu` opens, if this worker can have one.
    pub fn new(open_gpu: Option<OpenGpu>) -> Self {
        Self { open_gpu, opened: None }
    }

    /// The GPU, if the page wants one and this worker can have one.
    async fn gpu(&mut self, choice: DeviceChoice) -> Option<Result<Device, String>> {
        let open = self.open_gpu.filter(|_| choice != DeviceChoice::Cpu)?;
        if self.opened.is_none() {
            self.opened = Some(open().await);
        }
        self.opened.clone()
    }
}

/// Where the files of a model are.
pub struct Folder {
    /// URL of the folder, absolute, with a closing slash.
    pub base: String,
    /// Whether only the cache holds it, because a person has brought it.
    pub own: bool,
    /// The hashes that its manifest must have, as in HTML.
    pub integrity: Option<String>,
}

/// Has the files of a model and runs its self-test, which also warms it up. A GPU that fails is given up for the CPU.
pub async fn load(
    folder: &Folder,
    choice: DeviceChoice,
    mut reason: String,
    slot: &mut DeviceSlot,
) -> Result<(Model, DeviceReport, Keeping), Trouble> {
    let progress = |loaded_bytes, total_bytes| post(&Reply::Progress { loaded_bytes, total_bytes });
    let (files, keeping) = match folder.own {
        true => (download::own_files(&folder.base, &progress).await?, Keeping::Kept),
        false => download::model_files(&folder.base, folder.integrity.as_deref(), &progress).await?,
    };
    match slot.gpu(choice).await {
        Some(Ok(gpu)) => match load_on(files.clone(), &gpu).await {
            Ok(model) => return Ok((model, DeviceReport { device: "webgpu".to_owned(), reason }, keeping)),
            Err(trouble) => reason = format!("WebGPU was tried: {}.", trouble.message()),
        },
        Some(Err(message)) => reason = format!("WebGPU cannot be used: {message}."),
        None => {}
    }
    let model = load_on(files, &Device::flex()).await?;
    Ok((model, DeviceReport { device: "cpu".to_owned(), reason }, keeping))
}

/// The model of these files, once it has passed its self-test on this device.
pub async fn load_on(files: VerifiedFiles, device: &Device) -> Result<Model, Trouble> {
    let model = Model::load_verified(files, device)?;
    model.self_test().await?;
    Ok(model)
}
